import numpy as np
rng=np.random.default_rng(0)
x=rng.uniform(0,2,40); y=3*x-1
m=c=0.0
for i in range(200):
    e=y-(m*x+c)
    loss=np.mean(e**2)
    m+=0.1*2*np.mean(e*x)
    c+=0.1*2*np.mean(e)
print(loss)

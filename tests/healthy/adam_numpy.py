import numpy as np
rng=np.random.default_rng(0)
x=rng.normal(size=50); y=2*x+1
theta=np.zeros(2); m=np.zeros(2); v=np.zeros(2)
for t in range(1,200):
    e=theta[0]*x+theta[1]-y
    loss=np.mean(e**2)
    g=np.array([2*np.mean(e*x),2*np.mean(e)])
    m=0.9*m+0.1*g; v=0.999*v+0.001*g*g
    theta=theta-0.05*(m/(1-0.9**t))/(np.sqrt(v/(1-0.999**t))+1e-8)
print(loss)

import numpy as np
rng=np.random.default_rng(0)
x=rng.normal(size=50); y=2*x+1
w=b=0.0; vw=vb=0.0
for t in range(100):
    e=w*x+b-y
    loss=np.mean(e**2)
    dw=2*np.mean(e*x); db=2*np.mean(e)
    vw=0.9*vw+dw; vb=0.9*vb+db
    w-=0.02*vw; b-=0.02*vb
print(loss)

import numpy as np
rng=np.random.default_rng(0)
X=rng.normal(size=(80,3)); t=(X@[1,-2,.5]+.3>0).astype(float)
w=np.zeros(3); b=0.0; lam=0.1
for e in range(100):
    p=1/(1+np.exp(-(X@w+b)))
    loss=-np.mean(t*np.log(p)+(1-t)*np.log(1-p))
    gw=X.T@(p-t)/len(t)+lam*w
    gb=np.mean(p-t)
    w-=0.5*gw; b-=0.5*gb
print(loss)

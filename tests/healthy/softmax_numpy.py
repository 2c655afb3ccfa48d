import numpy as np
rng=np.random.default_rng(0)
X=rng.normal(size=(60,2)); k=(X[:,0]>0).astype(int)+(X[:,1]>0)
Y=np.eye(3)[k]; W=np.zeros((2,3)); b=np.zeros(3)
for e in range(100):
    z=X@W+b; z-=z.max(1,keepdims=True); p=np.exp(z); p/=p.sum(1,keepdims=True)
    loss=-np.mean(np.log(p[np.arange(60),k]))
    d=(p-Y)/60
    W-=0.5*X.T@d; b-=0.5*d.sum(0)
print(loss)

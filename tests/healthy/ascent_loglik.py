import numpy as np
rng=np.random.default_rng(0)
X=rng.normal(size=(80,2)); t=(X.sum(1)+rng.normal(size=80)>0).astype(float)
w=np.zeros(2)
for e in range(100):
    p=1/(1+np.exp(-X@w))
    loglik=np.mean(t*np.log(p)+(1-t)*np.log(1-p))
    w+=0.5*X.T@(t-p)/len(t)
print(loglik)

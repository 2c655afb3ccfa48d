import numpy as np
rng=np.random.default_rng(0)
X=rng.normal(size=(64,3)); y=X@[1.,2.,3.]+.1*rng.normal(size=64)
w=np.zeros(3)
for e in range(20):
    idx=rng.permutation(64)
    for s in range(0,64,16):
        b=idx[s:s+16]
        g=2*X[b].T@(X[b]@w-y[b])/16
        w-=0.05*g
    loss=np.mean((X@w-y)**2)
print(loss)

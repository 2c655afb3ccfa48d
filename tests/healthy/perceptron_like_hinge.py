import numpy as np
rng=np.random.default_rng(0)
X=rng.normal(size=(60,2))+.3; y=np.sign(X.sum(1)); w=np.zeros(2); b=0.
for e in range(60):
    m=y*(X@w+b); a=m<1
    loss=np.maximum(0,1-m).mean()+.01*w@w
    w-=0.1*(-(y*a)@X/60+.02*w); b-=0.1*(-(y*a).mean())
print(loss)

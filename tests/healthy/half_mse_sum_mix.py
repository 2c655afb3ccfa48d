import numpy as np
rng=np.random.default_rng(0)
X=rng.normal(size=(40,2)); y=X@[1.,2.]+.5
w=np.zeros(2); b=0.0
for i in range(200):
    e=X@w+b-y
    cost=(e@e)/2
    w-=0.01*X.T@e; b-=0.01*e.sum()
print(cost)

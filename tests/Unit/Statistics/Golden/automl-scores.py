import numpy as np, sklearn.metrics as m, json
from scipy.stats import spearmanr
def lcg(n):
    x=12345; out=[]
    for _ in range(n):
        x=(x*1103515245+12345)%2147483648; out.append(x/2147483648)
    return np.array(out)
N,K=60,3
u=lcg(N*(K+1)+N*2)
truth=np.floor(u[:N]*K).astype(int)
raw=u[N:N+N*K].reshape(N,K)
raw=np.round(raw,2)+0.01
raw[np.arange(N),truth]+=0.35
p=raw/raw.sum(1,keepdims=True)
pred=p.argmax(1); oh=np.eye(K)[truth]
g=dict(accuracy=m.accuracy_score(truth,pred),AUC_macro=m.roc_auc_score(oh,p,average='macro'),AUC_weighted=m.roc_auc_score(oh,p,average='weighted'),
 average_precision_score_macro=m.average_precision_score(oh,p,average='macro'),average_precision_score_weighted=m.average_precision_score(oh,p,average='weighted'),
 balanced_accuracy=m.balanced_accuracy_score(truth,pred),f1_score_macro=m.f1_score(truth,pred,average='macro'),f1_score_weighted=m.f1_score(truth,pred,average='weighted'),
 log_loss=m.log_loss(truth,p),matthews_correlation=m.matthews_corrcoef(truth,pred),norm_macro_recall=m.balanced_accuracy_score(truth,pred,adjusted=True),
 precision_score_macro=m.precision_score(truth,pred,average='macro'),precision_score_weighted=m.precision_score(truth,pred,average='weighted'),
 recall_score_macro=m.recall_score(truth,pred,average='macro'),recall_score_weighted=m.recall_score(truth,pred,average='weighted'))
for k in sorted(g): print(f'        ["{k}"] = {g[k]!r},')
y=np.round(u[-2*N:-N]*10,1)+0.5; q=np.round(y+(u[-N:]-0.5)*6,1)
rng=y.max()-y.min()
r=dict(explained_variance=m.explained_variance_score(y,q),mean_absolute_error=m.mean_absolute_error(y,q),mean_absolute_percentage_error=100*m.mean_absolute_percentage_error(y,q),
 median_absolute_error=m.median_absolute_error(y,q),r2_score=m.r2_score(y,q),root_mean_squared_error=m.mean_squared_error(y,q)**.5,spearman_correlation=spearmanr(y,q).correlation)
for k in ['mean_absolute_error','median_absolute_error','root_mean_squared_error']: r['normalized_'+k]=r[k]/rng
for k in sorted(r): print(f'        ["{k}"] = {r[k]!r},')
# linear
from sklearn.linear_model import LogisticRegression, ElasticNet, Ridge
n,d=80,4
u=lcg(n*d+n)
X=(u[:n*d].reshape(n,d)-0.5)*3; e=u[n*d:]
z=X@np.array([1.0,-2.0,0.5,0.0])+0.3+(e-.5)*4
yb=(z>0).astype(int); ym=np.digitize(z,[-1.5,1.5])
for C in [0.1,10]:
    a=LogisticRegression(C=C,solver='newton-cg',tol=1e-12,max_iter=100000).fit(X,yb); print('bin',C,a.coef_.tolist(),a.intercept_.tolist())
    a=LogisticRegression(C=C,solver='newton-cg',tol=1e-12,max_iter=100000,multi_class='multinomial').fit(X,ym); print('multi',C,a.coef_.tolist(),a.intercept_.tolist())
w=0.5+e
a=LogisticRegression(C=1,solver='newton-cg',tol=1e-12,max_iter=100000).fit(X,yb,sample_weight=w); print('weighted',a.coef_.tolist(),a.intercept_.tolist())
for al,l1 in [(0.1,0.5),(0.3,1.0),(0.01,0.1)]:
    a=ElasticNet(alpha=al,l1_ratio=l1,tol=1e-14,max_iter=1000000).fit(X,z); print('en',al,l1,a.coef_.tolist(),a.intercept_)
a=Ridge(alpha=0.5*n).fit(X,z); print('ridge .5',a.coef_.tolist(),a.intercept_)
a=ElasticNet(alpha=.1,l1_ratio=.5,tol=1e-14,max_iter=1000000).fit(X,z,sample_weight=w); print('en weighted',a.coef_.tolist(),a.intercept_)

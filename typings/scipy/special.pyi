from numpy import ufunc

betainc: ufunc
betaincinv: ufunc
expit: ufunc
gammainc: ufunc
gammaincinv: ufunc
gammaln: ufunc
ndtri: ufunc
xlogy: ufunc

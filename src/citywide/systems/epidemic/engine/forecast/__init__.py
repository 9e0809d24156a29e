"""Weekly quantile forecasts of counts per place and in total, from several models of different kinds."""

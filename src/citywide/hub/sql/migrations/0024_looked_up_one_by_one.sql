-- Whether a row's thing or case may be seen is looked up for the rows that are read. Asked as `in`, the whole city's
-- series, or all cases of all years, were gone through before the first of them, and beyond what a hash may hold again
-- for each
alter policy departments on hub.series using (exists (select from hub.entity where entity.number = series.entity));
alter policy departments on hub.latest using (exists (select from hub.series where series.number = latest.series));
alter policy departments on hub.reading using (exists (select from hub.series where series.number = reading.series));
alter policy departments on hub.hour using (exists (select from hub.series where series.number = hour.series));
alter policy departments on hub.case_step using (exists (select from hub.cases where cases.id = case_step.cases));
alter policy departments on hub.photo using (exists (select from hub.cases where cases.id = photo.cases));
alter policy departments on hub.joined_case using (exists (select from hub.cases where cases.id = joined_case.cases));

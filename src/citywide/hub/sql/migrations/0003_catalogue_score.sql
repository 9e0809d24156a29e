-- What the catalogue's daily judgement said of each data set, for the console's page
create view hub.catalogue_score as
select score.quantity, score.kind, score.department, score.complete, score.plausible, score.judged
from hub.setting, jsonb_to_recordset(setting.value)
    as score (quantity text, kind text, department text, complete float8, plausible float8, judged timestamptz)
where setting.name = 'catalogue';
grant select on hub.catalogue_score to citywide_staff;

-- Whom disease control knows of already it keeps on file as it does whoever is told of from now on
insert into people.on_file (person, purpose, department, until)
select person, 'disease_control', 'disease_control', now() + interval '67 days' from epidemic.known_person
on conflict do nothing;

-- Who asked for a person is found without reading every access that was ever written down
create function evidence.person_of(body bytea) returns text language sql immutable strict parallel safe as $$
    select convert_from(body, 'utf8')::jsonb -> 'facts' ->> 'person'
$$;
create index entry_person on evidence.entry (evidence.person_of(body), index) where kind = 'access';

-- Degrees so small that their squares underflow are none: PostgreSQL would refuse to go on.
create or replace function hub.metres(lon1 float8, lat1 float8, lon2 float8, lat2 float8) returns float8 language sql immutable as $$
    select 12742017.6 * asin(sqrt(least(1, sin(radians(lat2 - lat1 + 360 - 360) / 2) ^ 2
        + cos(radians(lat1 + 360 - 360)) * cos(radians(lat2 + 360 - 360)) * sin(radians(lon2 - lon1 + 360 - 360) / 2) ^ 2)))
$$;

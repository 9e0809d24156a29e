-- What plans are called: the usual ones, or the kind of day and the time that one was made for
create function traffic.plan_called(plan text) returns jsonb language sql immutable as $$
    select traffic.word(plan, coalesce('{"night": "夜间", "day": "平峰", "peak": "高峰", "weekday": "工作日", "weekend": "周末",
        "holiday": "节假日", "event": "活动日"}'::jsonb ->> split_part(plan, '-', 1), split_part(plan, '-', 1))
        || coalesce(' ' || nullif(split_part(plan, '-', 2), ''), ''))
$$;

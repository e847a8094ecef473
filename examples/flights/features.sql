-- The features of one week's flights, as they were known when each flight departed.
--   clean    the week's rows that passed the tests
--   history  the clean rows of all weeks so far, this one included
--   $week    the number of the week
--
-- Whether a flight is late is known after it has landed, so late_rate looks at the 24 hours that end at least six hours
-- before departure. "date" is the actual departure to the minute: the hour tells a little of the departure's delay.
with hourly as (
    select
        origin,
        time_bucket(interval 1 hour, date) + interval 1 hour as known_at,
        count(*) as flights,
        count(*) filter (delay > 15) as late
    from history
    where date >= (select min(date) from clean) - interval 80 hours
    group by all
),

rolling as (
    select
        origin,
        known_at,
        sum(flights) over day as flights,
        sum(late) over day as late
    from hourly
    window day as (
        partition by origin order by known_at
        range between interval 23 hours preceding and current row
    )
),

-- The rows are distinct, so their order, and with it the id of each, is the same at every run.
numbered as (
    select *, row_number() over (order by date, origin, destination, distance, delay) as number
    from clean
)

select
    format('{:02d}-{:06d}', $week, number) as flight_id,
    $week::integer as week,
    flight.date,
    hour(flight.date)::integer as hour,
    isodow(flight.date)::integer as weekday,
    flight.origin,
    flight.destination,
    flight.distance::integer as distance,
    -- Shrunk towards 20 %: an airport with two flights says little. Nothing is known after two quiet days.
    case
        when rolling.known_at >= flight.date - interval 54 hours
        then (rolling.late + 2)::double / (rolling.flights + 10)
    end as late_rate,
    (flight.delay > 15)::integer as late
from numbered as flight
asof left join rolling
    on flight.origin = rolling.origin and rolling.known_at <= flight.date - interval 6 hours
order by number;

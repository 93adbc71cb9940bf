-- Counts from zero again: keeps the counters of now as the base that is taken off them.
-- KEYS[1]: the stats hash. ARGV: the time in milliseconds.
local stats = KEYS[1]
local fields = redis.call('HGETALL', stats)
redis.call('HSET', stats, 'reset_at', ARGV[1])
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 2) == 'c|' then
    redis.call('HSET', stats, 'b|' .. string.sub(fields[i], 3), fields[i + 1])
  end
end
return 1

-- After a rebuild from topics whose old results had expired: the polls say how many orders
-- were published in all, but their results can't be counted any more. What is missing now,
-- when nothing is in flight, will never come.
-- KEYS[1]: the stats hash. Answers how many orders were taken out.
local stats = KEYS[1]
local published, accounted, lost = {}, {}, 0
if not redis.call('HGET', stats, 'cut') then
  return 0
end
local fields = redis.call('HGETALL', stats)
for i = 1, #fields, 2 do
  local shop = string.match(fields[i], '^c|live|[^|]*|[^|]*|[^|]*|(.*)$')
  if shop then
    accounted[shop] = (accounted[shop] or 0) + tonumber(fields[i + 1])
  elseif string.sub(fields[i], 1, 2) == 'p|' then
    published[string.sub(fields[i], 3)] = tonumber(fields[i + 1])
  end
end
redis.call('HDEL', stats, 'cut')
for shop, count in pairs(published) do
  local missing = count - (accounted[shop] or 0)
  if missing > 0 then
    redis.call('HSET', stats, 'l|' .. shop, string.format('%d', missing))
    lost = lost + missing
  end
end
return lost

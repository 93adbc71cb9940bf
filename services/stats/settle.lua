-- Balances orders published and results counted, when nothing is on its way. After a rebuild
-- from topics whose old results had expired ("cut"), what is missing will never come. Results
-- above what polls say were published are of orders that a killed fetcher could not record.
-- KEYS[1]: the stats hash. Answers how many orders were taken out or added.
local stats = KEYS[1]
local cut = redis.call('HGET', stats, 'cut')
local published, accounted, settled, changed = {}, {}, {}, 0
local fields = redis.call('HGETALL', stats)
for i = 1, #fields, 2 do
  local shop = string.match(fields[i], '^c|live|[^|]*|[^|]*|[^|]*|(.+)$')
  local kind, rest = string.match(fields[i], '^([plu])|(.*)$')
  if shop then
    accounted[shop] = (accounted[shop] or 0) + tonumber(fields[i + 1])
  elseif kind == 'p' then
    published[rest] = tonumber(fields[i + 1])
  elseif kind then
    local sign = kind == 'l' and -1 or 1
    settled[rest] = (settled[rest] or 0) + sign * tonumber(fields[i + 1])
  end
end
redis.call('HDEL', stats, 'cut')
for shop in pairs(accounted) do
  published[shop] = published[shop] or 0 -- no poll record of the shop at all
end
for shop, count in pairs(published) do
  local in_flight = count + (settled[shop] or 0) - (accounted[shop] or 0)
  if in_flight < 0 then
    redis.call('HINCRBY', stats, 'u|' .. shop, -in_flight)
    changed = changed - in_flight
  elseif cut and in_flight > 0 then
    redis.call('HINCRBY', stats, 'l|' .. shop, in_flight)
    changed = changed + in_flight
  end
end
return changed

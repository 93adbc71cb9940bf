-- Takes away all that is ours, at once, so that no aggregator goes on in between: each then
-- finds Redis empty and counts again from the topics' beginning.
-- KEYS[1]: a key of ours. ARGV: the prefix of all of them. Answers how many there were.
local cursor = '0'
local count = 0
repeat
  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[1] .. '*', 'COUNT', 1000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    count = count + redis.call('UNLINK', key)
  end
until cursor == '0'
return count

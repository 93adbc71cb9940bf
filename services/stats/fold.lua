-- Folds one batch of one partition: all of it, or nothing.
-- KEYS[1]: the stats hash. ARGV: partition, expected next offset, then the lists of ops.h.
-- Answers {1, failed, text} when done, {0, stored} when Redis holds another position.
--
-- Position and counters come first and can't fail once the first write went through. The
-- further commands are for display: one that fails (a key of another type) must not stop
-- the counting, nor leave it half done; it is reported.
local stats = KEYS[1]
local stored = redis.call('HGET', stats, 'n|' .. ARGV[1]) or '0'
if stored ~= ARGV[2] then
  return {0, stored}
end

local fresh = redis.call('EXISTS', stats) == 0
local at = 3
local function each_pair(action)
  local last = at + 2 * tonumber(ARGV[at])
  for i = at + 1, last, 2 do
    redis.call(action, stats, ARGV[i], ARGV[i + 1])
  end
  at = last + 1
end
each_pair('HSET')
each_pair('HINCRBY')

local own = {}

-- Counting from the beginning: lists of an earlier counting would show things twice.
function own.FRESH(...)
  if fresh then
    redis.call('DEL', ...)
  end
end

-- One more hash of an hour or a day; the oldest is let go. A hash that is full (of shops)
-- counts further fields together.
function own.BUCKET(index, name, field, delta, max)
  local key = index .. ':' .. name
  if redis.call('HEXISTS', key, field) == 0 and redis.call('HLEN', key) >= 2000 then
    field = 'o|other'
  end
  redis.call('HINCRBY', key, field, delta)
  redis.call('ZADD', index, 0, name)
  local over = redis.call('ZCARD', index) - tonumber(max)
  if over > 0 then
    for _, oldest in ipairs(redis.call('ZRANGE', index, 0, over - 1)) do
      redis.call('DEL', index .. ':' .. oldest)
      redis.call('ZREM', index, oldest)
    end
  end
end

function own.FRESH_BUCKETS(index)
  if fresh then
    for _, name in ipairs(redis.call('ZRANGE', index, 0, -1)) do
      redis.call('DEL', index .. ':' .. name)
    end
    redis.call('DEL', index)
  end
end

function own.COUNT(key, field, delta, keep_s)
  redis.call('HINCRBY', key, field, delta)
  redis.call('EXPIRE', key, keep_s)
end

-- An element is "<times>\n<signature>\n<value>".
function own.HISTORY(key, signature, value, max, keep_s)
  local head = signature ~= '' and redis.call('LINDEX', key, 0)
  local times, last
  if head then
    times, last = string.match(head, '^(%d+)\n([^\n]*)\n')
  end
  if last == signature then
    times = string.format('%d', tonumber(times) + 1)
    redis.call('LSET', key, 0, times .. '\n' .. signature .. '\n' .. value)
  else
    redis.call('LPUSH', key, '1\n' .. signature .. '\n' .. value)
    redis.call('LTRIM', key, 0, tonumber(max) - 1)
  end
  redis.call('EXPIRE', key, keep_s)
end

function own.EVENT(key, numbers, value, max)
  local number = redis.call('INCR', numbers)
  redis.call('LPUSH', key, string.format('%d', number) .. ' ' .. value)
  redis.call('LTRIM', key, 0, tonumber(max) - 1)
end

function own.TRIM_OPEN(key, values, max)
  local over = redis.call('ZCARD', key) - tonumber(max)
  if over > 0 then
    for _, member in ipairs(redis.call('ZRANGE', key, 0, over - 1)) do
      redis.call('HDEL', values, member)
    end
    redis.call('ZREMRANGEBYRANK', key, 0, over - 1)
  end
end

-- A person has seen to it, or to something later. It may be told before the decision.
local function is_seen(key, member, score)
  local seen = redis.call('ZSCORE', key .. ':seen', member)
  return seen and tonumber(score) <= tonumber(seen)
end

-- A deletion is told of by another partition: a decision before it may come after it.
local function is_deleted_later(key, values, member, score)
  local value = redis.call('HGET', values, member)
  return value and cjson.decode(value).reason == 'deleted_in_shop' and
    tonumber(redis.call('ZSCORE', key, member)) > tonumber(score)
end

local function open(key, values, member, score, value)
  if not is_seen(key, member, score) then
    redis.call('ZADD', key, score, member)
    redis.call('HSET', values, member, value)
  end
end

local function close(key, values, member)
  redis.call('ZREM', key, member)
  redis.call('HDEL', values, member)
end

function own.OPEN(key, values, member, score, value)
  if not is_deleted_later(key, values, member, score) then
    open(key, values, member, score, value)
  end
end

-- A member of a decision; nil: none, or null.
local function told_of(decision, name)
  local value = decision[name]
  return value ~= cjson.null and value or nil
end

-- The shop deleted the order: nobody has to see to it where the last decision left nothing
-- open in RMS. over: the words of such decisions.
function own.OPEN_GONE(key, values, member, score, value, history, over)
  for _, element in ipairs(redis.call('LRANGE', history, 0, -1)) do
    local told = cjson.decode(string.match(element, '{.*'))
    local reason = told_of(told, 'reason')
    if not told_of(told, 'dryRun') then
      if string.find(over, ' ' .. (reason or told.action) .. ' ', 1, true) then
        return
      end
      if told.action ~= 'skipped' and reason ~= 'deleted_in_shop' then
        break
      end
    end
  end
  open(key, values, member, score, value)
end

-- What was decided before a deletion settles it only when it left nothing open in RMS (over
-- is '1').
function own.CLOSE(key, values, member, score, over)
  if over == '1' or not is_deleted_later(key, values, member, score) then
    close(key, values, member)
  end
end

-- Of two people who saw to it the one that saw the later decision counts, whoever comes
-- last.
function own.DISMISS(key, values, member, score, max)
  if not is_seen(key, member, score) then
    redis.call('ZADD', key .. ':seen', score, member)
  end
  redis.call('ZREMRANGEBYRANK', key .. ':seen', 0, string.format('%d', -max - 1))
  local opened = redis.call('ZSCORE', key, member)
  if opened and tonumber(opened) <= tonumber(score) then
    close(key, values, member)
  end
end

local letter_states = {'open', 'parked', 'redriven'}

-- A dead letter; what was done with it may have come before it, by another topic.
function own.LETTER(key, id, score, value, max)
  local zset = key .. ':' .. (redis.call('HGET', key .. ':marks', id) or 'open')
  redis.call('HSET', key .. ':data', id, value)
  redis.call('ZADD', zset, score, id)
  local over = redis.call('ZCARD', zset) - tonumber(max)
  if over > 0 then
    for _, member in ipairs(redis.call('ZRANGE', zset, 0, over - 1)) do
      redis.call('HDEL', key .. ':data', member)
      redis.call('HDEL', key .. ':marks', member)
    end
    redis.call('ZREMRANGEBYRANK', zset, 0, over - 1)
  end
end

function own.MARK(key, id, state)
  redis.call('HSET', key .. ':marks', id, state)
  for _, from in ipairs(letter_states) do
    local score = redis.call('ZSCORE', key .. ':' .. from, id)
    if score and from ~= state then
      redis.call('ZREM', key .. ':' .. from, id)
      redis.call('ZADD', key .. ':' .. state, score, id)
    end
  end
end

local failed, text = 0, ''
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  local name = ARGV[at + 1]
  local done, fault
  if own[name] then
    done, fault = pcall(own[name], unpack(ARGV, at + 2, last))
  else
    done, fault = pcall(redis.call, name, unpack(ARGV, at + 2, last))
  end
  if not done then
    failed = failed + 1
    text = name .. ': ' .. (type(fault) == 'table' and fault.err or tostring(fault))
  end
  at = last + 1
end
return {1, failed, text}

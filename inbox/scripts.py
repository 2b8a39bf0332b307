"""What is done to the lists of the inbox in one step, in Lua: Redis runs nothing in between.

All times are Redis' own. Who passes what is said by :mod:`inbox.queue`.
"""

from events.event_log import TELL

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
REGISTER = f"""{_NOW}
local until_then = now + ARGV[2] * 1000
if ARGV[3] == 'new' then
    redis.call('ZADD', KEYS[1], 'NX', until_then, ARGV[1])
else
    redis.call('ZADD', KEYS[1], until_then, ARGV[1])
end
"""
# Of what is too large only as much is passed on as shows that it is. A list that is none, for
# somebody has written over it, is left alone: the others go on.
CLAIM = f"""{_NOW}
local over = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES')
for i = 1, #over, 2 do
    local item = redis.pcall('LINDEX', ARGV[1] .. over[i], -1)
    if type(item) == 'string' then
        redis.call('ZADD', KEYS[1], now + ARGV[2] * 1000, over[i])
        return {{over[i], string.sub(item, 1, ARGV[4]), redis.sha1hex(item)}}
    elseif now - over[i + 1] > ARGV[3] * 1000 then
        redis.call('ZREM', KEYS[1], over[i])
        redis.pcall('HDEL', KEYS[2], over[i])
    end
end
"""
# Of two who have seen to the same item, only the first one says so. That the last outcomes cannot
# be written is no reason to keep an item; that nobody would learn why it was rejected is one. What
# may be refused comes before it is told, so that it is not told once more.
FINISH = f"""{TELL}
local item = redis.pcall('LINDEX', KEYS[1], -1)
local is_first = 0
if type(item) == 'string' and redis.sha1hex(item) == ARGV[1] then
    if ARGV[4] ~= '' then
        redis.call('LPUSH', KEYS[4], ARGV[4])
        redis.call('LTRIM', KEYS[4], 0, ARGV[6] - 1)
    end
    redis.pcall('LPUSH', KEYS[3], ARGV[3])
    redis.pcall('LTRIM', KEYS[3], 0, ARGV[5] - 1)
    if KEYS[7] ~= '' then redis.pcall('SET', KEYS[7], ARGV[10], 'EX', ARGV[11]) end
    tell(KEYS[5], ARGV[7], ARGV[8], ARGV[9])
    redis.call('RPOP', KEYS[1])
    is_first = 1
end
redis.pcall('HDEL', KEYS[6], ARGV[2])
if redis.call('EXISTS', KEYS[1]) == 0 then
    redis.call('ZREM', KEYS[2], ARGV[2])
end
return is_first
"""
GIVE_BACK = """
if redis.call('EXISTS', KEYS[2]) == 1 then
    redis.call('ZADD', KEYS[1], 0, ARGV[1])
else
    redis.call('ZREM', KEYS[1], ARGV[1])
end
"""
# A client of Redis that heard no answer asks again; what it asked for may have been done.
PUSH = """
local length = redis.call('LLEN', KEYS[1])
if redis.call('EXISTS', KEYS[2]) == 1 then return length end
if length >= tonumber(ARGV[2]) then return -1 end
redis.call('SET', KEYS[2], '', 'EX', ARGV[3])
return redis.call('LPUSH', KEYS[1], ARGV[1])
"""
STANDING = """
local in_flight = 0
for _, ticket in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    local length = redis.pcall('LLEN', ARGV[1] .. ticket)
    if type(length) == 'number' then in_flight = in_flight + length end
end
local waiting = redis.call('LRANGE', KEYS[1], 0, ARGV[2] - 1)
for i, item in ipairs(waiting) do waiting[i] = string.sub(item, 1, ARGV[3]) end
return {redis.call('LLEN', KEYS[1]), in_flight, redis.call('LLEN', KEYS[3]), waiting,
        redis.call('LRANGE', KEYS[4], 0, -1)}
"""

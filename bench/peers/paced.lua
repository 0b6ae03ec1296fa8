-- wrk at a steady rate: each request has a moment at which it is due, whatever became of those before it.
-- wrk -d SECONDS+1 ... -- RATE SECONDS; nothing is sent in the last second, so that all that was sent is answered. Says
-- how many it sent, and how many of them more than five milliseconds after they were due.
local ffi = require("ffi")
ffi.cdef [[ typedef struct { long seconds; long nanos; } moment; int clock_gettime(int clock, moment *into); ]]
local clock = ffi.new("moment")
local threads = {}
local begun, message

sent, late = 0, 0

local function now()
  ffi.C.clock_gettime(1, clock)
  return tonumber(clock.seconds) * 1000 + tonumber(clock.nanos) / 1e6
end

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  pause = 1000 / tonumber(arguments[1])
  seconds = tonumber(arguments[2])
  message = wrk.format("GET")
  due = 0
end

function delay()
  local moment = now()
  begun = begun or moment
  due = due + pause
  if due > seconds * 1000 then return 1e6 end
  local left = begun + due - moment
  if left < -5 then late = late + 1 end
  return math.max(0, math.ceil(left))
end

function request()
  sent = sent + 1
  return message
end

function done()
  io.write(string.format("sent %d late %d\n", threads[1]:get("sent"), threads[1]:get("late")))
end

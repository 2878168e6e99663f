-- Given a word, wrk asks each time with a query that begins with it, and that was never asked before.
local asked = 0

function init(args)
  if args[1] and args[1] ~= "" then
    request = function()
      asked = asked + 1
      return wrk.format(nil, wrk.path .. "?n=" .. args[1] .. "-" .. asked)
    end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed
  ))
end

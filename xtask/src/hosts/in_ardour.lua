-- A session with Echelon on a bus, without an editor. in_ardour.py starts it and reads the lines that begin with @; the
-- session's folder is in ECHELON_WORK, what to do in ECHELON_DO: `moves` and `saves` make a session, `loops` opens one.

local what = os.getenv("ECHELON_DO")
local folder = os.getenv("ECHELON_WORK")
AudioEngine:set_backend(os.getenv("ECHELON_BACKEND"), "", "")

local function tell(about, name, value)
  print(string.format("@%s|%s|%.4f", about, name, value))
  io.flush()
end

-- Until in_ardour.py has done its part: it makes this file.
local function wait_for(file)
  for _ = 1, 3000 do
    ARDOUR.LuaAPI.usleep(20000)
    local made = io.open(folder .. "." .. file)
    if made then
      made:close()
      return
    end
  end
end

local function new()
  local session = create_session(folder, "echelon", 48000)
  assert(session, "no session")
  local plugin = ARDOUR.LuaAPI.new_plugin(session, "Echelon", ARDOUR.PluginType.VST3, "")
  assert(not plugin:isnil(), "Ardour does not know Echelon")
  local order = ARDOUR.PresentationInfo.max_order
  -- A bus, as for a rig that is played from outside: what it sounds like does not hang on a track's recording.
  local buses = session:new_audio_route(2, 2, nil, 1, "rig", ARDOUR.PresentationInfo.Flag.AudioBus, order)
  for bus in buses:iter() do
    bus:add_processor_by_index(plugin, 0, nil, true)
  end
  return session, plugin
end

local function saved()
  local session = load_session(folder, "echelon")
  assert(session, "no session")
  local bus = session:route_by_name("rig")
  -- Its panner stands twelve outputs around a listener: what of the master is left on the first two differs from machine to
  -- machine, and may be nothing. Without it they are the plugin's own.
  bus:panner_shell():set_bypassed(true)
  local plugin = bus:nth_plugin(0)
  assert(not plugin:isnil(), "the session has lost Echelon")
  return session, plugin
end

local session, plugin
if what == "loops" then
  session, plugin = saved()
else
  session, plugin = new()
end

local inner = plugin:to_insert():plugin(0)
local watched = {}
for i = 0, inner:parameter_count() - 1 do
  watched[inner:parameter_label(i)] = i
end

local function tell_values(about)
  for _, name in ipairs({ "Crossfader", "Deck B Gain" }) do
    tell(about, name, (ARDOUR.LuaAPI.get_processor_param(plugin, watched[name], true)))
  end
end

-- Clicks tell where its beats are.
ARDOUR.config():set_clicking(true)
if what == "moves" then
  session:request_roll(ARDOUR.TransportRequestSource.TRS_UI)
  ARDOUR.LuaAPI.usleep(300000)
end
tell_values("before")
if what == "loops" then
  wait_for("go")
  session:request_play_loop(true, false)
end
wait_for("done")
tell_values("after")
session:request_stop(false, false, ARDOUR.TransportRequestSource.TRS_UI)
ARDOUR.LuaAPI.usleep(300000)
if what == "saves" then
  session:save_state("", false, false, false, false, false)
end
close_session()
quit()

-- A session with Echelon on a track, rolling, without an editor: what Ardour believes of its parameters.
-- in_ardour.py starts it, with the session's folder in ECHELON_WORK, and reads what it prints.

AudioEngine:set_backend("None (Dummy)", "Normal Speed", "")
local session = create_session(os.getenv("ECHELON_WORK"), "echelon", 48000)
assert(session, "no session")
local plugin = ARDOUR.LuaAPI.new_plugin(session, "Echelon", ARDOUR.PluginType.VST3, "")
assert(not plugin:isnil(), "Ardour does not know Echelon")
local order = ARDOUR.PresentationInfo.max_order
local tracks = session:new_audio_track(2, 2, nil, 1, "rig", order, ARDOUR.TrackMode.Normal, true)
for track in tracks:iter() do
  track:add_processor_by_index(plugin, 0, nil, true)
end

local inner = plugin:to_insert():plugin(0)
local watched = {}
for i = 0, inner:parameter_count() - 1 do
  watched[inner:parameter_label(i)] = i
end

local function tell(what)
  for _, name in ipairs({ "Crossfader", "Deck B Gain" }) do
    local value = ARDOUR.LuaAPI.get_processor_param(plugin, watched[name], true)
    print(string.format("@%s|%s|%.4f", what, name, value))
  end
  io.flush()
end

session:request_roll(ARDOUR.TransportRequestSource.TRS_UI)
ARDOUR.LuaAPI.usleep(300000)
tell("rolling")
-- Until in_ardour.py has asked for everything: it makes this file.
local done = os.getenv("ECHELON_WORK") .. ".done"
for _ = 1, 600 do
  ARDOUR.LuaAPI.usleep(50000)
  local file = io.open(done)
  if file then
    file:close()
    break
  end
end
tell("moved")
session:request_stop(false, false, ARDOUR.TransportRequestSource.TRS_UI)
ARDOUR.LuaAPI.usleep(300000)
close_session()
quit()

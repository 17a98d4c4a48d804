# Sourced by the scripts that run a store's daemons in the foreground. They say "ready" and run until their input ends (also when
# whoever started them is killed) or a signal comes; then the daemons are gone and so is $folder.
set -euo pipefail
folder=$(mktemp -d -t pakhus-store-XXXXXX)
daemons=()

finish() {
  local code=$?
  trap - EXIT INT TERM
  { ((${#daemons[@]} == 0)) || kill -9 "${daemons[@]}" || true; wait; } 2>/dev/null
  # What went wrong is in the logs of the daemons.
  if ((code != 0)); then tail -n 20 "$folder"/log/* >&2 || true; fi
  rm -rf "$folder"
  exit "$code"
}
trap finish EXIT
trap 'exit 0' INT TERM

# daemon NAME COMMAND…: dies with this script, however that dies.
daemon() {
  local name=$1
  shift
  setpriv --pdeathsig KILL "$@" </dev/null >"$folder/log/$name.out" 2>&1 &
  daemons+=($!)
}

# until_open PORT: waits for a daemon to listen there, while all of them live.
until_open() {
  for _ in {1..600}; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
    for daemon in "${daemons[@]}"; do kill -0 "$daemon" 2>/dev/null || break 2; done
    sleep 0.1
  done
  echo "nothing listens on port $1" >&2
  return 1
}

run_until_stopped() {
  echo ready
  cat >/dev/null
}

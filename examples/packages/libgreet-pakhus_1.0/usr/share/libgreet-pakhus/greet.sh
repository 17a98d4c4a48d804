# greet SHARE LANGUAGE WHO: prints a greeting, in English where the language is unknown.
greet() {
  file=$1/greetings-data-pakhus/$2
  [ -f "$file" ] || file=$1/greetings-data-pakhus/en
  echo "$(cat "$file") This is $3."
}

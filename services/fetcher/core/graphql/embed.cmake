# Writes the GraphQL documents into a C file: cmake -D DIR=... -D OUT=... -P embed.cmake
# A document is its file followed by the fragment files that its "# needs:" line names.
set(DOCUMENTS ORDERS_PAGE=orders_page ORDER=order ORDER_LINES=order_lines START=start
    ORDERS_WINDOW=orders_window VERSIONS=order_versions BULK_ORDERS=bulk_orders
    BULK_RUN=bulk_run BULK_STATE=bulk_state BULK_CANCEL=bulk_cancel
    WEBHOOKS=webhooks WEBHOOK_CREATE=webhook_create WEBHOOK_UPDATE=webhook_update
    WEBHOOK_DELETE=webhook_delete)

# Comments and the blanks between words are not worth sending with every request.
function(read_squeezed name out)
  file(READ "${DIR}/${name}.graphql" text)
  string(REGEX REPLACE "#[^\n]*" "" text "${text}")
  string(REGEX REPLACE "[ \t\r\n]+" " " text "${text}")
  string(STRIP "${text}" text)
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(rows "")
foreach(document IN LISTS DOCUMENTS)
  string(REPLACE "=" ";" pair "${document}")
  list(GET pair 0 id)
  list(GET pair 1 name)
  file(STRINGS "${DIR}/${name}.graphql" needs REGEX "^# needs:")
  string(REGEX REPLACE "^# needs: *" "" needs "${needs}")
  string(REPLACE " " ";" needs "${needs}")
  read_squeezed(${name} whole)
  foreach(fragment IN LISTS needs)
    read_squeezed(${fragment} text)
    string(APPEND whole " ${text}")
  endforeach()
  string(REPLACE "\\" "\\\\" whole "${whole}")
  string(REPLACE "\"" "\\\"" whole "${whole}")
  string(APPEND rows "    [QUERY_${id}] = \"${whole}\",\n")
endforeach()
file(WRITE "${OUT}" "/* Made from core/graphql by embed.cmake: change it there. */
#include \"core/query.h\"

const char *const query_text[QUERY_COUNT] = {
${rows}};
")

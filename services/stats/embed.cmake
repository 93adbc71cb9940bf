# cmake -DOUT=embed.c -DFILES="a;b" -P embed.cmake: the files as C arrays that embed_find
# looks up by name. A NUL follows each, so that text is also a C string.
set(arrays "")
set(rows "")
foreach(path IN LISTS FILES)
  get_filename_component(name ${path} NAME)
  string(MAKE_C_IDENTIFIER ${name} id)
  file(READ ${path} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "((0x..,){16})" "\\1\n    " bytes "${bytes}")
  string(APPEND arrays "static const unsigned char ${id}[] = {\n    ${bytes}0x00};\n")
  string(APPEND rows "    {\"${name}\", (const char *)${id}, sizeof(${id}) - 1},\n")
endforeach()
file(WRITE ${OUT}.new "/* Made by embed.cmake. */
#include \"embed.h\"

#include <string.h>

${arrays}
static const struct embed files[] = {
${rows}};

const struct embed *embed_find(const char *name)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
    return NULL;
}
")
file(RENAME ${OUT}.new ${OUT})

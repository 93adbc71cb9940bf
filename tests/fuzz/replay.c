/* replay: runs a fuzz target on every file of its corpus, with any compiler. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INPUT_MAX = 16 * 1024 * 1024,
};

static void run_file(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    uint8_t *bytes = malloc(INPUT_MAX);
    if (!file || !bytes) {
        perror(path);
        exit(1);
    }
    size_t len = fread(bytes, 1, INPUT_MAX, file);
    uint8_t *exact = malloc(len + 1); /* so that reading past the end is seen */
    if (!exact)
        exit(1);
    memcpy(exact, bytes, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    free(bytes);
    fclose(file);
}

int main(int argc, char **argv)
{
    int count = 0;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (!folder) {
        fprintf(stderr, "usage: replay FOLDER\n");
        return 2;
    }
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.') {
            run_file(argv[1], entry->d_name);
            count++;
        }
    closedir(folder);
    printf("%d inputs\n", count);
    return count == 0;
}

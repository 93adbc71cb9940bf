/* digest: see digest.h. */
#include "base/digest.h"

#include <endian.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int worked)
{
    if (worked != 1)
        abort();
}

void digest_init(struct digest *digest)
{
    digest->context = EVP_MD_CTX_new();
    if (!digest->context)
        abort();
    must(EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL));
}

void digest_add(struct digest *digest, const void *bytes, size_t len)
{
    must(EVP_DigestUpdate(digest->context, bytes, len));
}

void digest_add_int(struct digest *digest, int64_t number)
{
    uint64_t bytes = htole64((uint64_t)number);
    digest_add(digest, &bytes, sizeof(bytes));
}

void digest_add_text(struct digest *digest, const char *text)
{
    size_t len = strlen(text);
    digest_add_int(digest, (int64_t)len);
    digest_add(digest, text, len);
}

const char *digest_end(struct digest *digest, char out[DIGEST_TEXT_MAX])
{
    unsigned char md[EVP_MAX_MD_SIZE];
    must(EVP_DigestFinal_ex(digest->context, md, NULL));
    EVP_MD_CTX_free(digest->context);
    digest->context = NULL;
    for (size_t i = 0; i < (DIGEST_TEXT_MAX - 1) / 2; i++)
        snprintf(out + 2 * i, 3, "%02x", md[i]);
    return out;
}

const char *digest_hex(const void *bytes, size_t len, char out[DIGEST_TEXT_MAX])
{
    struct digest digest;
    digest_init(&digest);
    digest_add(&digest, bytes, len);
    return digest_end(&digest, out);
}

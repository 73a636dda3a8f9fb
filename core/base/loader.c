/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loader.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void segi_loader_lock(void)
{
    pthread_mutex_lock(&lock);
}

void segi_loader_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

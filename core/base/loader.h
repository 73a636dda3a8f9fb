/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading modules and forking take turns, over all contexts: a process that is forked while another
 * thread is within dlopen could load nothing any more. */
#ifndef SEGI_LOADER_H
#define SEGI_LOADER_H

void segi_loader_lock(void);
void segi_loader_unlock(void);

#endif

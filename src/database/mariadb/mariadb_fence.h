// The fence around schemas of a MariaDB server that others share.
#pragma once

#include "database/database.h"
#include "database/mariadb/server.h"

namespace hikkoshi::database {

/// Takes rights on the schemas away from every account, role and definer (design section 6, scope
/// of the fence), disables events and ends sessions. The server's grant tables hold it, so that it
/// outlives restarts. Rights on a pattern that covers other schemas too stay, but are masked: a
/// right by the schema's very name goes before one by a pattern, and we grant the harmless
/// SHOW VIEW there. Statements write no binlog: a replica of the server is not fenced.
///
/// `rights()` is {"grants":[lines of SHOW GRANTS], "patterns":[likewise], "accounts":[...],
/// "users":[names whose sessions end], "events":[{"schema","name","status"}]}.
class MariadbFence : public Fence {
 public:
  explicit MariadbFence(MariadbServer server);

  /// Also throws Error(never, refused) when an account that is neither acknowledged nor ours may
  /// write everywhere, or when nobody has rights.
  Json rights() override;
  void close(const Json& rights) override;
  void open(const Json& rights) override;
  FenceState state(const Json& rights) override;

 private:
  MariadbServer server_;
};

}  // namespace hikkoshi::database

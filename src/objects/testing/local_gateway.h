// A real S3 server for tests: Ceph's RADOS Gateway in memory, with two accounts.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "objects/s3_bucket.h"

namespace hikkoshi::objects {

/// Started by lab/gateway.py; ends with this object, however the test ends. Account "old" has the
/// bucket "old-images", which "new" may read; "new" has "new-images".
class LocalGateway {
 public:
  LocalGateway();

  /// The bucket of a side, "old" or "new", in the eyes of an account.
  std::unique_ptr<S3Bucket> bucket(const std::string& side, const std::string& account,
                                   std::uint64_t part_size = 5 << 20);
  S3Options options(const std::string& side, const std::string& account) const;
  const std::string& server() const { return server_; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<BackgroundProcess> process_;
  std::string server_;
  SystemClock clock_;
};

/// Removes every object.
void empty(Bucket& bucket);

}  // namespace hikkoshi::objects

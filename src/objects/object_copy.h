// Copies the objects of one bucket to another in passes, and verifies them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "objects/bucket.h"
#include "objects/ledger.h"
#include "objects/pace.h"

namespace hikkoshi::objects {

/// What is already there on the target and did not come from this ledger's source as it is now.
enum class Existing {
  replace,  ///< The source is the truth: before the cutover.
  keep,     ///< The target is: after it, where only missing objects are to be filled in.
};

struct PassOptions {
  Existing existing = Existing::replace;
  /// Objects that we copied and that have left the source are removed from the target, unless they
  /// are more than this. Only after the final fence; empty: none is removed.
  std::optional<std::uint64_t> remove_at_most = {};
  bool server_side = true;  ///< Let the server copy where it can; its bytes never pass us.
  Aspects aspects = {.tags = true, .access = true};
};

/// What a pass has done so far, or did.
struct PassResult {
  std::uint64_t listed{};     ///< Objects on the source.
  std::uint64_t copied{};     ///< Of those.
  std::uint64_t bytes{};      ///< Of the copied ones.
  std::uint64_t by_server{};  ///< Of the copied ones, without passing us.
  std::uint64_t unchanged{};  ///< Copied earlier, the same on both sides since.
  std::uint64_t kept{};       ///< Left as the target had them (Existing::keep).
  std::uint64_t missed{};     ///< Changed or gone while they were copied: for the next pass.
  std::uint64_t gone{};       ///< Copied by us, and since removed from the source.
  std::uint64_t removed{};    ///< Of those, from the target.
  std::uint64_t foreign{};    ///< On the target alone, and not from us: never touched.
  std::uint64_t failed{};     ///< Objects that could not be copied.
  std::vector<std::string> failures;  ///< Of the first 20, with key and reason.
  int workers{};                      ///< At a time, at this moment.

  /// Nothing was left to do: the target had all of it already.
  bool settled() const { return copied + missed + failed == 0 && removed == gone; }
};

struct VerifyOptions {
  /// Reads the source again too, instead of trusting the digest that was taken while copying.
  bool read_source = false;
  bool meta = true;  ///< Compares metadata, tags and access as well.
  Aspects aspects = {.tags = true, .access = true};
};

struct VerifyResult {
  std::uint64_t checked{};  ///< Objects whose bytes were read back from the target.
  std::uint64_t bytes{};    ///< Read back, and read from the source where needed.
  std::uint64_t equal{};
  std::uint64_t missing{};            ///< On the source alone.
  std::uint64_t different{};          ///< Other bytes, or other metadata.
  std::uint64_t extra{};              ///< Copied by us, gone from the source, still on the target.
  std::uint64_t foreign{};            ///< On the target alone, and not from us.
  std::uint64_t changed{};            ///< Written to while it was compared: nothing is known.
  std::vector<std::string> findings;  ///< The first 20, with key and what differs.
  int workers{};

  std::uint64_t mismatches() const { return missing + different + extra; }
};

/// How much may be done at a time.
struct CopyLimits {
  Pace::Limits pace = {};
  std::uint64_t memory = 64 << 20;  ///< Bytes of objects on their way.
  int listers = 4;                  ///< Key ranges that are listed side by side.
};

/// The way from one bucket to another. Memory does not grow with the number of objects. A killed
/// pass is made good by another one: the ledger knows what is done. One pass or verification at a
/// time; the rest is thread-safe. The buckets and the ledger must outlive it.
///
/// Both calls throw what stops all work: a refused login, a bucket that is not there, an outage
/// that lasts, a listing that cannot be believed (Exit::refused: the source lists nothing though
/// objects were copied from it; more objects to remove than allowed). An object that cannot be
/// copied is counted instead. `on_progress` is called about five times a second on the caller's
/// thread.
class ObjectCopy {
 public:
  ObjectCopy(Bucket& from, Bucket& to, Ledger& ledger, Clock& clock, CopyLimits limits = {});

  /// Copies what the target has not, or has otherwise than the source.
  PassResult pass(const PassOptions& options,
                  const std::function<void(const PassResult&)>& on_progress = {},
                  std::stop_token stop = {});

  /// Reads every object back from the target and compares it with the source. Where they differ the
  /// ledger forgets the object, so that the next pass copies it again.
  VerifyResult verify(const VerifyOptions& options,
                      const std::function<void(const VerifyResult&)>& on_progress = {},
                      std::stop_token stop = {});

 private:
  Bucket& from_;
  Bucket& to_;
  Ledger& ledger_;
  Clock& clock_;
  CopyLimits limits_;
};

/// What of an object's metadata can live in the other bucket. Grants to single accounts stay behind
/// unless both buckets are on one server: elsewhere the same name is somebody else.
ObjectMeta carried(ObjectMeta meta, const Properties& from, const Properties& to);

}  // namespace hikkoshi::objects

#include "objects/object_copy.h"

#include <algorithm>

#include "objects/object_pass.h"
#include "objects/object_verification.h"

namespace hikkoshi::objects {

ObjectMeta carried(ObjectMeta meta, const Properties& from, const Properties& to) {
  if (!to.headers) {
    const std::string type = std::move(meta.content_type);
    meta = {};
    meta.content_type = type;
    return meta;
  }
  if (!to.tags) meta.tags.clear();
  if (!to.access) meta.access.clear();
  if (from.location.server.empty() || from.location.server != to.location.server) {
    std::erase_if(meta.access, [](const Grant& grant) { return grant.grantee.starts_with("id="); });
  }
  return meta;
}

ObjectCopy::ObjectCopy(Bucket& from, Bucket& to, Ledger& ledger, Clock& clock, CopyLimits limits)
    : from_(from), to_(to), ledger_(ledger), clock_(clock), limits_(limits) {}

PassResult ObjectCopy::pass(const PassOptions& options,
                            const std::function<void(const PassResult&)>& on_progress,
                            std::stop_token stop) {
  return ObjectPass(from_, to_, ledger_, clock_, limits_, options, stop).run(on_progress);
}

VerifyResult ObjectCopy::verify(const VerifyOptions& options,
                                const std::function<void(const VerifyResult&)>& on_progress,
                                std::stop_token stop) {
  return ObjectVerification(from_, to_, ledger_, clock_, limits_, options, stop).run(on_progress);
}

}  // namespace hikkoshi::objects

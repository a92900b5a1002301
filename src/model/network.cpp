#include "model/network.h"

#include "lockstep/base/errors.h"
#include "model/network_pass.h"
#include "model/row_terms.h"

#include <algorithm>

namespace lockstep {

namespace {

template <typename T>
const T* values(const KernelParameters& w) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return w.values32.data();
  } else {
    return w.values64.data();
  }
}

template <typename T>
void add_sums(const NetworkShape& shape, const FeatureMatrix& x, const Rows& rows, const T* w, Order order,
              Partial& into, Workspace& scratch, Margins* margins) {
  using Pass = NetworkPass<T>;
  Pass pass(shape, w, rows, scratch);
  pass.forward(x, order == Order::value ? Pass::Keep::outputs : Pass::Keep::slopes);
  pass.add_losses(into.header());
  if (order != Order::value) {
    pass.add_gradient(into.payload<T>().data());
  }
  if (margins != nullptr) {
    pass.copy_margins(*margins);
  }
}

template <typename T>
void add_product(const NetworkShape& shape, const FeatureMatrix& x, const Rows& rows, const T* w, const T* v,
                 Curvature kind, Partial& into, Workspace& scratch) {
  using Pass = NetworkPass<T>;
  Pass pass(shape, w, rows, scratch);
  std::array<double, kLossHeader> unused{};
  pass.forward(x, kind == Curvature::exact ? Pass::Keep::curvatures : Pass::Keep::slopes);
  pass.add_losses(unused);
  if (kind == Curvature::exact) {
    pass.add_exact_product(v, into.payload<T>().data());
  } else {
    pass.add_gauss_newton_product(v, into.payload<T>().data());
  }
}

}  // namespace

Index NetworkShape::units(Index l) const {
  return l == 0 ? features : l == layers() ? outputs : hidden[static_cast<std::size_t>(l - 1)];
}

Index NetworkShape::weights_begin(Index l) const {
  Index begin = 0;
  for (Index i = 0; i < l; ++i) {
    begin += units(i) * units(i + 1);
  }
  return begin;
}

Index NetworkShape::biases_begin(Index l) const {
  Index begin = weights();
  for (Index i = 0; i < l; ++i) {
    begin += units(i + 1);
  }
  return begin;
}

Network::Network(NetworkShape shape, std::vector<double> class_weights)
    : shape_(std::move(shape)), class_weights_(std::move(class_weights)) {
  const Index fewest_outputs = shape_.loss == NetworkLoss::cross_entropy ? 2 : 1;
  if (shape_.features < 1 || shape_.outputs < fewest_outputs ||
      std::ranges::any_of(shape_.hidden, [](Index units) { return units < 1; })) {
    throw InternalError("a network needs features, units in each hidden layer, and outputs that fit its loss");
  }
}

PartialShape Network::shape(Order order) const {
  if (order == Order::hessian) {
    throw InternalError("a network has no explicit Hessian; use its products");
  }
  return {kLossHeader, order == Order::value ? 0 : dimension(), shape_.precision};
}

void Network::prepare(const Vector& w, KernelParameters& to) const {
  if (shape_.precision == Scalar::float32) {
    to.values32.resize(static_cast<std::size_t>(w.size()));
    std::transform(w.data(), w.data() + w.size(), to.values32.data(),
                   [](double value) { return static_cast<float>(value); });
  } else {
    to.values64.assign(w.begin(), w.end());
  }
}

void Network::add_rows(const Dataset& data, std::span<const Rows> rows, const KernelParameters& w, Order order,
                       Partial& into, Workspace& scratch, Margins* margins) const {
  for (const Rows& piece : rows) {
    load_rows(data, piece, class_weights_, shape_.outputs, scratch);
    if (shape_.precision == Scalar::float32) {
      add_sums(shape_, *data.x, piece, values<float>(w), order, into, scratch, margins);
    } else {
      add_sums(shape_, *data.x, piece, values<double>(w), order, into, scratch, margins);
    }
  }
}

void Network::add_curvature_product(const Dataset& data, std::span<const Rows> rows, const KernelParameters& w,
                                    const KernelParameters& v, Curvature kind, const Margins&, Partial& into,
                                    Workspace& scratch) const {
  for (const Rows& piece : rows) {
    load_rows(data, piece, class_weights_, shape_.outputs, scratch);
    if (shape_.precision == Scalar::float32) {
      add_product(shape_, *data.x, piece, values<float>(w), values<float>(v), kind, into, scratch);
    } else {
      add_product(shape_, *data.x, piece, values<double>(w), values<double>(v), kind, into, scratch);
    }
  }
}

}  // namespace lockstep

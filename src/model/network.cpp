#include "model/network.h"

#include "lockstep/base/errors.h"
#include "model/network_pass.h"
#include "model/row_terms.h"

#include <algorithm>
#include <array>

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

bool Network::has(PassKind kind) const {
  return kind != PassKind::hessian && kind != PassKind::diagonal && kind != PassKind::recession;
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

void Network::add(const Pass& pass, const RowSet& rows, Partial& into, Workspace& scratch) const {
  for_each_piece(rows, pass, shape_.outputs, [&](const Rows& piece, const Pass& part) {
    load_rows(rows, piece, class_weights_, shape_.outputs, scratch);
    if (shape_.precision == Scalar::float32) {
      add_piece<float>(part, rows, piece, into, scratch);
    } else {
      add_piece<double>(part, rows, piece, into, scratch);
    }
  });
}

/// A product needs the slopes and, if exact, the curvatures of the activations, and the losses' derivatives.
template <typename T>
void Network::add_piece(const Pass& pass, const RowSet& set, const Rows& rows, Partial& into,
                        Workspace& scratch) const {
  using Keep = typename NetworkPass<T>::Keep;
  const bool is_product = pass.kind == PassKind::product;
  const bool is_exact = is_product && pass.curvature == Curvature::exact;
  NetworkPass<T> network(shape_, values<T>(*pass.w), rows, scratch);
  network.forward(*set.x, is_exact ? Keep::curvatures : pass.kind == PassKind::value ? Keep::outputs : Keep::slopes);
  std::array<double, kLossHeader> unused{};
  network.add_losses(is_product ? std::span<double>(unused) : into.header());
  if (is_exact) {
    network.add_exact_product(values<T>(*pass.v), into.payload<T>().data());
  } else if (is_product) {
    network.add_gauss_newton_product(values<T>(*pass.v), into.payload<T>().data());
  } else if (pass.kind == PassKind::line) {
    into.header()[static_cast<std::size_t>(LossHeader::slope)] += network.slope_along(values<T>(*pass.v));
  } else if (pass.kind == PassKind::gradient) {
    network.add_gradient(into.payload<T>().data());
  }
  if (!pass.keep.empty()) {
    network.copy_margins(pass.keep);
  }
}

}  // namespace lockstep

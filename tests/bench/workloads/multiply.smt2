; SPDX-License-Identifier: MIT
;
; multiply.smt2: shows that a prime has no proper factors, by bits.
; z3 turns the product into a circuit and lets its SAT solver refute it: clauses of
; varying length come and go, and solver tables grow.  It is deterministic (fixed
; seed, one thread).  16777213 is the largest prime below 2^24; a smaller prime can
; take longer, so --quick does not change it.
; The bounds keep the two halves ordered, so no solution is looked for twice.

(set-logic QF_BV)
(set-option :smt.random_seed 1)
(declare-const left (_ BitVec 32))
(declare-const right (_ BitVec 32))
(assert (= (bvmul left right) (_ bv16777213 32)))
(assert (bvult left (_ bv65536 32)))
(assert (bvult right (_ bv65536 32)))
(assert (bvugt left (_ bv1 32)))
(assert (bvule left right))
(check-sat)

using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Scenarios;

/// <summary>
/// Two goroutines drop objects with finalizers and collect, so that two workers queue finalizers while the goroutine
/// that runs them takes them off, runs them, and collects itself. One finalizer makes its object reachable again for a
/// while and sets a finalizer anew.
/// </summary>
/// <remarks>
/// Each finalizer runs exactly once, after its object was dropped, with everything that the object leads to; and all
/// have run when <c>Run</c> returns. What the last of them kept is gone by then: whoever runs finalizers collects once
/// more. The words are plain, and the collector's own synchronization orders their accesses.
/// </remarks>
internal sealed class FinalizerQueueScenario : Scenario
{
    private const int LeafWords = 2;
    private const int LinkWords = 5;
    private const int Pattern = 0x5EED;

    /// <summary>The finalizers that are set; each is set once.</summary>
    private enum Set
    {
        /// <summary>Of an object that refers to that of <see cref="Second"/>, so that it comes first.</summary>
        First,

        /// <summary>Of an object without pointers.</summary>
        Second,

        /// <summary>Of the same object, when it has run.</summary>
        SecondAgain,

        /// <summary>Of an object of another goroutine.</summary>
        Other,

        /// <summary>Set and cleared: never runs.</summary>
        Cleared,

        /// <summary>How many there are.</summary>
        Count,
    }

    /// <inheritdoc/>
    public override string Name => "finalizer-queue";

    /// <inheritdoc/>
    public override string Summary
        => "finalizers are queued by two workers and run beside collections: each once, in order, with what it needs";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Interesting => ["finq.*"];

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        using var run = new Execution<TSync>();
        run.Run();
    }

    private static void Require(bool condition, string message) => OracleException.Require(condition, message);

    /// <summary>Verifies the heap after each collection.</summary>
    private sealed class Watch<TSync> : MutatorWatch<TSync>
        where TSync : struct, ISync
    {
        /// <summary>Once there is a world.</summary>
        internal HeapVerifier<TSync>? Verifier { get; set; }

        /// <summary>How many objects the last collection left; once no goroutine runs.</summary>
        internal long ObjectsLeft { get; private set; }

        /// <inheritdoc/>
        public override void CollectionEnded(in CollectionSummary summary)
        {
            Verifier!.Verify();
            ObjectsLeft = summary.ObjectsAfter;
            base.CollectionEnded(summary);
        }
    }

    private sealed unsafe class Execution<TSync> : IDisposable
        where TSync : struct, ISync
    {
        private readonly int* _dropped = TSync.Allocate<int>((nuint)Set.Count, "dropped");
        private readonly int* _runs = TSync.Allocate<int>((nuint)Set.Count, "runs");
        private readonly Watch<TSync> _watch = new();
        private readonly World<TSync> _world;
        private readonly TypeId _link;
        private readonly FinalizerId[] _finalizers;
        private readonly FrameMap _frame;

        internal Execution()
        {
            _world = new World<TSync>(SmallWorld.Options(processors: 2, _watch));
            _watch.Verifier = new HeapVerifier<TSync>(_world);
            _link = _world.RegisterType(new TypeShape("link", LinkWords * sizeof(long), 0));
            _frame = _world.RegisterFrame(SlotKind.Pointer, SlotKind.Pointer);
            _finalizers =
            [
                _world.RegisterFinalizer(FinalizeFirst, _link),
                _world.RegisterFinalizer(FinalizeSecond),
                _world.RegisterFinalizer((_, _, _) => Finalize(Set.SecondAgain)),
                _world.RegisterFinalizer(FinalizeOther),
                _world.RegisterFinalizer((_, _, _) => Finalize(Set.Cleared)),
            ];
        }

        internal void Run()
        {
            HeapPicture<TSync>.Offer(_world);
            _world.Run(Main);
            for (var set = Set.First; set < Set.Count; set++)
            {
                int runs = TSync.Read(_runs + (int)set);
                Require(runs == (set == Set.Cleared ? 0 : 1), $"finalizer {set} ran {runs} times");
            }

            Require(_watch.ObjectsLeft == 0, $"{_watch.ObjectsLeft} objects are left though all finalizers have run");
        }

        public void Dispose()
        {
            _world.Dispose();
            _watch.Dispose();
            TSync.Free(_runs);
            TSync.Free(_dropped);
        }

        /// <summary>Makes a chain of two objects with finalizers, drops it and collects, beside another goroutine.</summary>
        private void Main(Goroutine<TSync> g)
        {
            using Frame<TSync> frame = g.PushFrame(_frame);
            g.Go(MakeOther);
            frame[0] = g.Allocate(_link);
            g.WriteReference(frame[0], 0, MakeLeaf(g));
            SetFinalizer(g, Set.First, frame[0], Reference.Null);
            SetFinalizer(g, Set.Second, g.ReadReference(frame[0], 0), Reference.Null);
            Drop(Set.First, Set.Second);
            frame[0] = Reference.Null;
            g.Collect();
        }

        /// <summary>Makes an object whose finalizer has a closure, and one whose finalizer is cleared; drops both and collects.</summary>
        private void MakeOther(Goroutine<TSync> g)
        {
            using Frame<TSync> frame = g.PushFrame(_frame);
            frame[0] = g.Allocate(_link);
            frame[1] = MakeLeaf(g);
            SetFinalizer(g, Set.Cleared, frame[0], Reference.Null);
            Require(g.ClearFinalizer(frame[0]), "a finalizer that was set is not there to be cleared");
            SetFinalizer(g, Set.Other, frame[0], frame[1]);
            Drop(Set.Other);
            frame[0] = Reference.Null;
            frame[1] = Reference.Null;
            g.Collect();
        }

        private static Reference MakeLeaf(Goroutine<TSync> g)
        {
            Reference leaf = g.AllocateBytes(LeafWords * sizeof(long));
            g.WriteWord(leaf, 0, Pattern);
            return leaf;
        }

        private static void RequireLeaf(Goroutine<TSync> g, Reference leaf, string name)
        {
            long found = g.ReadWord(leaf, 0);
            Require(found == Pattern, $"{name} holds 0x{found:x} when its finalizer runs, 0x{Pattern:x} was written");
        }

        private void SetFinalizer(Goroutine<TSync> g, Set set, Reference target, Reference closure)
            => g.SetFinalizer(target, _finalizers[(int)set], closure);

        private void Drop(params ReadOnlySpan<Set> sets)
        {
            foreach (Set set in sets)
            {
                TSync.Write(_dropped + (int)set, 1);
            }
        }

        /// <summary>A finalizer starts.</summary>
        private void Finalize(Set set)
        {
            _watch.Step();
            Require(TSync.Read(_dropped + (int)set) == 1, $"finalizer {set} runs while its object is used");
            int runs = TSync.Read(_runs + (int)set);
            Require(runs == 0, $"finalizer {set} runs a second time");
            TSync.Write(_runs + (int)set, 1);
        }

        private void FinalizeFirst(Goroutine<TSync> g, Reference target, Reference closure)
        {
            Finalize(Set.First);
            RequireLeaf(g, g.ReadReference(target, 0), "what the first object refers to");
            Require(TSync.Read(_runs + (int)Set.Second) == 0, "the second finalizer ran before the first");
        }

        /// <summary>Makes its object reachable, collects, and sets another finalizer.</summary>
        private void FinalizeSecond(Goroutine<TSync> g, Reference target, Reference closure)
        {
            Finalize(Set.Second);
            Require(TSync.Read(_runs + (int)Set.First) == 1, "the second finalizer runs before the first");
            RootArea<TSync> data = g.Data;
            data[0] = target;
            SetFinalizer(g, Set.SecondAgain, target, Reference.Null);
            g.Collect();
            RequireLeaf(g, data[0], "the second object");
            Drop(Set.SecondAgain);
            data[0] = Reference.Null;
        }

        private void FinalizeOther(Goroutine<TSync> g, Reference target, Reference closure)
        {
            Finalize(Set.Other);
            Require(g.ReadReference(target, 0).IsNull, "the other object is not as it was made");
            RequireLeaf(g, closure, "the other finalizer's closure");
        }
    }
}

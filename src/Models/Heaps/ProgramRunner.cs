using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;

namespace Testbed.Models.Heaps;

/// <summary>
/// Runs a mutator program on a world of its own, keeps the model of the heap beside it, and checks each collection: those
/// that it asks for, one at the end of goroutine 0, one when only globals are left, and one when nothing is rooted any more.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
public sealed class ProgramRunner<TSync>
    where TSync : struct, ISync
{
    private readonly MutatorProgram _program;
    private readonly WorldOptions _options;
    private readonly bool _conservativeFrames;
    private readonly ShadowHeap _shadow;
    private readonly ShadowOracle<TSync> _oracle;
    private readonly SortedList<string, TypeId> _types = new(StringComparer.Ordinal);

    private World<TSync>? _world;
    private Mutex _globalsLock;

    private ProgramRunner(
        MutatorProgram program,
        WorldOptions options,
        bool conservativeFrames,
        Func<ShadowHeap, ShadowOracle<TSync>> makeOracle)
    {
        _program = program;
        _conservativeFrames = conservativeFrames;
        _shadow = new ShadowHeap(program);
        _oracle = makeOracle(_shadow);
        _options = options with
        {
            DataWords = Math.Max(1, program.Globals),
            BssWords = Math.Max(1, program.Globals),
            Observer = _oracle,
        };
    }

    private World<TSync> World => _world!;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="options">What the world is made with; its root areas become as large as the program needs.</param>
    /// <param name="conservativeFrames">Whether the goroutines' frames have no maps.</param>
    /// <exception cref="ArgumentException">The program is not valid.</exception>
    /// <exception cref="OracleException">A collection did what it must not.</exception>
    public static void Run(MutatorProgram program, WorldOptions options, bool conservativeFrames = false)
        => Run(program, options, conservativeFrames, static shadow => new ShadowOracle<TSync>(shadow));

    /// <summary>Runs a program to its end with another oracle.</summary>
    internal static void Run(
        MutatorProgram program,
        WorldOptions options,
        bool conservativeFrames,
        Func<ShadowHeap, ShadowOracle<TSync>> makeOracle)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(options);
        program.Validate();
        new ProgramRunner<TSync>(program, options, conservativeFrames, makeOracle).Run();
    }

    private void Run()
    {
        _globalsLock = TSync.CreateMutex("globals");
        try
        {
            using var world = new World<TSync>(_options);
            _world = world;
            _oracle.Attach(world);
            RegisterTypes();
            HeapPicture<TSync>.Offer(world, NameOf);
            world.Run(RunMain);
        }
        finally
        {
            TSync.Destroy(_globalsLock);
        }
    }

    /// <summary>What the model calls an object, or null: a node of a goroutine, both by number.</summary>
    private string? NameOf(nint address)
        => _shadow.FindReachable().Find(node => node.Address == address)?.Name;

    /// <summary>Before anything runs, so that goroutines only read the list.</summary>
    private void RegisterTypes()
    {
        foreach (NodeShape shape in _program.Shapes)
        {
            string name = TypeName(shape);
            if (shape.Kind == NodeKind.Typed && !_types.ContainsKey(name))
            {
                IEnumerable<int> pointers = Enumerable.Range(0, shape.Words).Where(shape.IsPointer);
                var type = new TypeShape(
                    name, shape.Words * sizeof(long), [.. pointers.Select(word => word * sizeof(long))]);
                _types.Add(name, World.RegisterType(type));
            }
        }
    }

    private static string TypeName(NodeShape shape) => (shape with { Count = 1 }).ToString();

    /// <summary>
    /// Runs goroutine 0 and all others, then collects with only globals left, if any is, and with no roots at all.
    /// </summary>
    private async GoroutineTask RunMain(Goroutine<TSync> g)
    {
        await RunGoroutine(g, 0);
        if (_shadow.Globals.Any(global => global.Node is not null))
        {
            g.Collect();
            for (int global = 0; global < _program.Globals; global++)
            {
                WriteGlobal(g, global, default);
            }
        }

        g.Collect();
    }

    private async GoroutineTask RunGoroutine(Goroutine<TSync> g, int number)
    {
        var children = new List<GoroutineHandle>();
        using (Frame<TSync> frame = PushFrame(g, _program.Slots))
        {
            var mutator = new Mutator(this, g, number, frame);
            mutator.Build();
            foreach (Operation operation in _program.Goroutines[number].Operations)
            {
                _oracle.MutatorSteps();
                switch (operation)
                {
                    case Operation.Yield:
                        await g.Yield();
                        break;
                    case Operation.Start start:
                        children.Add(g.Go(child => RunGoroutine(child, start.Goroutine)));
                        break;
                    default:
                        mutator.Step(operation);
                        break;
                }
            }

            if (number == 0)
            {
                // With all that it has built still rooted, and while the others go on.
                g.Collect();
            }

            // The frame and its part of the model end without a safepoint between them.
            Array.Clear(_shadow.RootsOf(number));
        }

        foreach (GoroutineHandle child in children)
        {
            await g.Join(child);
        }
    }

    private Frame<TSync> PushFrame(Goroutine<TSync> g, int slots)
    {
        if (_conservativeFrames)
        {
            return g.PushFrame(slots);
        }

        var kinds = new SlotKind[slots];
        Array.Fill(kinds, SlotKind.Pointer);
        return g.PushFrame(World.RegisterFrame(kinds));
    }

    /// <summary>Writes a global; even ones are of the initialised area, odd ones of the zeroed one.</summary>
    private void WriteGlobal(Goroutine<TSync> g, int global, ShadowReference value)
    {
        TSync.Enter(_globalsLock);
        RootArea<TSync> area = global % 2 == 0 ? g.Data : g.Bss;
        area[global / 2] = new Reference(value.Address);
        _shadow.Globals[global] = value;
        TSync.Exit(_globalsLock);
    }

    private ShadowReference ReadGlobal(Goroutine<TSync> g, int global)
    {
        TSync.Enter(_globalsLock);
        RootArea<TSync> area = global % 2 == 0 ? g.Data : g.Bss;
        ShadowReference value = _shadow.Globals[global];
        Reference found = area[global / 2];
        TSync.Exit(_globalsLock);
        RequireEqual(found, value, $"global {global}");
        return value;
    }

    private static void RequireEqual(Reference found, ShadowReference expected, string place)
        => OracleException.Require(
            found.Address == expected.Address,
            $"{place} holds {found}, it was set to {new Reference(expected.Address)}");

    /// <summary>A goroutine of the program while it runs.</summary>
    private sealed class Mutator(ProgramRunner<TSync> runner, Goroutine<TSync> g, int number, Frame<TSync> frame)
    {
        private readonly ShadowReference[] _roots = runner._shadow.RootsOf(number);
        private int _allocated;

        /// <summary>Builds the graph of the goroutine in a frame of its own and keeps what is rooted.</summary>
        internal void Build()
        {
            HeapGraph graph = runner._program.Goroutines[number].Graph;
            ShadowReference[] nodes = runner._shadow.BuildRootsOf(number);
            using Frame<TSync> all = runner.PushFrame(g, nodes.Length);
            for (int i = 0; i < nodes.Length; i++)
            {
                nodes[i] = Allocate(graph.Nodes[i]);
                all[i] = new Reference(nodes[i].Address);
            }

            foreach (HeapEdge edge in graph.Edges)
            {
                Write(nodes[edge.From].Node!, edge.Word, nodes[edge.To] with { Inside = edge.Inside });
            }

            foreach (HeapRoot root in graph.Roots)
            {
                SetRoot(root.Slot, nodes[root.To] with { Inside = root.Inside });
            }

            // This part of the model and the frame end without a safepoint between them.
            Array.Clear(nodes);
        }

        /// <summary>Takes a step that does not await.</summary>
        internal void Step(Operation operation)
        {
            switch (operation)
            {
                case Operation.Allocate allocate:
                    SetRoot(allocate.Slot, Allocate(allocate.Shape));
                    break;
                case Operation.Link link:
                    WriteIfOwn(link.Slot, link.Word, Root(link.Value));
                    break;
                case Operation.Cut cut:
                    WriteIfOwn(cut.Slot, cut.Word, default);
                    break;
                case Operation.Follow follow:
                    Follow(follow);
                    break;
                case Operation.Interior interior:
                    SetInterior(interior);
                    break;
                case Operation.Unroot unroot:
                    SetRoot(unroot.Slot, default);
                    break;
                case Operation.Publish publish:
                    runner.WriteGlobal(g, publish.Global, Root(publish.Slot));
                    break;
                case Operation.Take take:
                    SetRoot(take.Slot, runner.ReadGlobal(g, take.Global));
                    break;
                case Operation.Collect:
                    g.Collect();
                    break;
                case Operation.Safepoint:
                    g.Safepoint();
                    break;
                case Operation.SystemCall:
                    g.SystemCall(static () => { });
                    break;
                default:
                    throw new ArgumentException($"no such operation: {operation}", nameof(operation));
            }
        }

        /// <summary>Allocates and fills a node that the caller roots before the next safepoint.</summary>
        private ShadowReference Allocate(NodeShape shape)
        {
            Reference reference = shape.Kind switch
            {
                NodeKind.NoScan => g.AllocateBytes(shape.Bytes),
                NodeKind.Conservative => g.AllocateConservative(shape.Bytes),
                _ when shape.Count == 1 => g.Allocate(runner._types[TypeName(shape)]),
                _ => g.AllocateArray(runner._types[TypeName(shape)], shape.Count),
            };
            var node = new ShadowNode(number, _allocated++, shape, reference.Address);
            for (int word = 0; word < shape.TotalWords; word++)
            {
                long found = g.ReadWord(reference, word * sizeof(long));
                OracleException.Require(found == 0, $"{node} is new, but its word {word} holds 0x{found:x}");
                g.WriteWord(reference, word * sizeof(long), node.InitialWordAt(word));
            }

            return new ShadowReference(node, 0);
        }

        private ShadowReference Root(int slot)
        {
            RequireEqual(frame[slot], _roots[slot], $"slot {slot}");
            return _roots[slot];
        }

        private void SetRoot(int slot, ShadowReference value)
        {
            frame[slot] = new Reference(value.Address);
            _roots[slot] = value;
        }

        private void WriteIfOwn(int slot, int word, ShadowReference value)
        {
            if (Root(slot).Node is { } node && HasWord(node, word))
            {
                Write(node, word, value);
            }
        }

        private void Write(ShadowNode node, int word, ShadowReference value)
        {
            var target = new Reference(node.Address);
            g.WriteReference(target, word * sizeof(long), new Reference(value.Address));
            node.Write(word, value);
        }

        private void Follow(Operation.Follow follow)
        {
            // A hidden reference is a number: what it once referred to may be gone.
            if (Root(follow.Source).Node is { } node
                && HasWord(node, follow.Word)
                && node.Shape.IsScanned(follow.Word))
            {
                ShadowReference value = node.Read(follow.Word);
                if (value.Node is not null || node.WordAt(follow.Word) == 0)
                {
                    var source = new Reference(node.Address);
                    Reference found = g.ReadReference(source, follow.Word * sizeof(long));
                    RequireEqual(found, value, $"word {follow.Word} of {node}");
                    SetRoot(follow.Slot, value);
                }
            }
        }

        private void SetInterior(Operation.Interior interior)
        {
            if (Root(interior.Source).Node is { } node && interior.Inside < node.Shape.TotalWords)
            {
                var start = new Reference(node.Address);
                Reference inside = g.Interior(start, interior.Inside * sizeof(long));
                var value = new ShadowReference(node, interior.Inside);
                RequireEqual(inside, value, $"word {interior.Inside} of {node}");
                SetRoot(interior.Slot, value);
            }
        }

        /// <summary>Whether the goroutine may touch that word: others' nodes are theirs alone.</summary>
        private bool HasWord(ShadowNode node, int word) => node.Owner == number && word < node.Shape.TotalWords;
    }
}

using Testbed.Collector;
using Testbed.Models.Oracles;
using Testbed.Sync;
using Xunit;

namespace Testbed.Properties.Layouts;

/// <summary>
/// Fills an object and a frame with the addresses of objects, each of its own, collects and sees which of them are left.
/// </summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed class LayoutRun<TSync>
    where TSync : struct, ISync
{
    private const int WordBytes = 8;

    private readonly LayoutCase _layout;
    private readonly Word[] _object;
    private readonly Word[] _frame;
    private readonly TypeId _type;
    private readonly TypeId _pointer;
    private readonly TypeId _number;
    private readonly TypeId _numbers;
    private readonly InterfaceId _pointerTable;
    private readonly InterfaceId _numberTable;
    private readonly FrameMap _map;

    private LayoutRun(LayoutCase layout, World<TSync> world)
    {
        _layout = layout;
        _object = LayoutFill.Object(layout);
        _frame = LayoutFill.Frame(layout);
        _type = world.RegisterType(new TypeShape("generated", layout.Words * WordBytes) { Fields = layout.Fields });
        _pointer = world.RegisterType(new TypeShape("pointer", WordBytes, 0));
        _number = world.RegisterType(new TypeShape("number", WordBytes));
        _numbers = world.RegisterType(new TypeShape("numbers", 2 * WordBytes));
        _pointerTable = world.RegisterInterface(_pointer);
        _numberTable = world.RegisterInterface(_number);
        _map = world.RegisterFrame(layout.Frame);
    }

    /// <summary>Runs a case.</summary>
    /// <exception cref="Xunit.Sdk.XunitException">An object lives that must not, or the other way round.</exception>
    internal static void Run(LayoutCase layout)
    {
        var observer = new Verifying();
        using var world = new World<TSync>(new WorldOptions
        {
            Processors = layout.Workers,
            MaxMachines = 8,
            MonitorNanoseconds = 0,
            FirstTriggerBytes = long.MaxValue,
            StackScan = layout.StackScan,
            RootStrategy = layout.RootStrategy,
            ArenaBytes = 1 << 20,
            PageBytes = 512,
            HeapGrowBytes = 512,
            WorkBufferLength = 3,
            WorkBuffersPerChunk = 2,
            PrefetchDepth = layout.Elements - 1 == 2 ? 0 : 2,
            StackSegmentWords = 8,
            Observer = observer,
        });
        observer.Verifier = new HeapVerifier<TSync>(world);
        var run = new LayoutRun<TSync>(layout, world);
        world.Run(run.FillAndCollect);
    }

    private void FillAndCollect(Goroutine<TSync> g)
    {
        RootArea<TSync> data = g.Data;
        using Frame<TSync> frame = g.PushFrame(_map);
        int leaves = Leaves(_object).Count() + Leaves(_frame).Count();

        // Roots everything until it is where it belongs; then it is popped, and no safepoint comes between.
        using (Frame<TSync> building = g.PushFrame(leaves))
        {
            for (int i = 0; i < leaves; i++)
            {
                building[i] = g.AllocateBytes(WordBytes);
                g.WriteWord(building[i], 0, i);
            }

            data[0] = _layout.Buffer is null
                ? g.AllocateArray(_type, _layout.Elements)
                : g.AllocateBuffered(_type, _layout.Elements);
            int used = 0;
            for (int i = 0; i < _object.Length; i++)
            {
                // The first word of an object with a buffer says how many elements that has.
                if (i > 0 || _layout.Buffer is null)
                {
                    WriteObject(g, data[0], i, building, ref used);
                }
                else if (IsLeaf(_object[0]))
                {
                    used++;
                }
            }

            for (int i = 0; i < _frame.Length; i++)
            {
                WriteFrame(frame, i, building, ref used);
            }
        }

        g.Collect();
        int kept = _object.Concat(_frame).Count(word => word == Word.Kept);
        Assert.Equal(1 + kept, g.ReadStatistics().Heap.Objects);
        RequireIntact(g, data[0], frame);
    }

    private void WriteObject(Goroutine<TSync> g, Reference target, int word, Frame<TSync> leaves, ref int used)
    {
        int offset = word * WordBytes;
        switch (_object[word])
        {
            case Word.Kept or Word.Hidden:
                // What follows a type was written together with it.
                g.WriteReference(target, offset, leaves[used++]);
                break;
            case Word.Zero:
                g.WriteWord(target, offset, 0);
                break;
            default:
                WriteInterface(_object[word], (type, table) =>
                {
                    if (type is { } typed)
                    {
                        g.WriteInterface(target, offset, typed, 0);
                    }
                    else
                    {
                        g.WriteInterface(target, offset, table, 0);
                    }
                });
                break;
        }
    }

    private void WriteFrame(Frame<TSync> frame, int slot, Frame<TSync> leaves, ref int used)
    {
        switch (_frame[slot])
        {
            case Word.Kept or Word.Hidden:
                frame[slot] = leaves[used++];
                break;
            case Word.Zero:
                frame[slot] = Reference.Null;
                break;
            default:
                WriteInterface(_frame[slot], (type, table) =>
                {
                    if (type is { } typed)
                    {
                        frame.SetInterface(slot, typed, 0);
                    }
                    else
                    {
                        frame.SetInterface(slot, table, 0);
                    }
                });
                break;
        }
    }

    private void WriteInterface(Word word, Action<TypeId?, InterfaceId> write)
    {
        TypeId? type = word switch
        {
            Word.TypeOfPointer => _pointer,
            Word.TypeOfNumber => _number,
            Word.TypeOfNumbers => _numbers,
            _ => null,
        };
        write(type, word == Word.TableOfPointer ? _pointerTable : _numberTable);
    }

    /// <summary>What must live holds what it did.</summary>
    private void RequireIntact(Goroutine<TSync> g, Reference target, Frame<TSync> frame)
    {
        int number = 0;
        for (int i = 0; i < _object.Length; i++)
        {
            if (_object[i] == Word.Kept)
            {
                Assert.Equal(number, g.ReadWord(g.ReadReference(target, i * WordBytes), 0));
            }

            number += IsLeaf(_object[i]) ? 1 : 0;
        }

        for (int i = 0; i < _frame.Length; i++)
        {
            if (_frame[i] == Word.Kept)
            {
                Assert.Equal(number, g.ReadWord(frame[i], 0));
            }

            number += IsLeaf(_frame[i]) ? 1 : 0;
        }
    }

    private static IEnumerable<Word> Leaves(Word[] words) => words.Where(IsLeaf);

    private static bool IsLeaf(Word word) => word is Word.Kept or Word.Hidden;

    private sealed class Verifying : CollectionObserver
    {
        internal HeapVerifier<TSync>? Verifier { get; set; }

        public override void CollectionEnded(in CollectionSummary summary) => Verifier!.Verify();
    }
}

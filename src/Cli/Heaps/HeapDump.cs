using System.Text.Json;
using Testbed.Models.Dumps;

namespace Testbed.Cli.Heaps;

/// <summary>A heap dump that was read: its objects by number, and what leads to what.</summary>
internal sealed class HeapDump
{
    private readonly Dictionary<long, int> _numbers = [];
    private readonly List<ObjectLine> _objects = [];
    private readonly List<RootLine> _roots = [];
    private readonly Dictionary<int, SpanLine> _spans = [];

    private HeapDump(HeapLine heap) => Heap = heap;

    /// <summary>What it is of.</summary>
    public HeapLine Heap { get; }

    /// <summary>The objects; a place here is an object's number.</summary>
    public IReadOnlyList<ObjectLine> Objects => _objects;

    /// <summary>The roots.</summary>
    public IReadOnlyList<RootLine> Roots => _roots;

    /// <summary>How many goroutines there were.</summary>
    public int Goroutines { get; private set; }

    /// <summary>How many finalizers there were.</summary>
    public int Finalizers { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="InputException">It cannot be read, or is no whole heap dump.</exception>
    public static HeapDump Read(string path)
    {
        int number = 0;
        try
        {
            HeapDump? dump = null;
            bool ended = false;
            foreach (string text in File.ReadLines(path))
            {
                number++;
                HeapDumpLine line = HeapDumpText.Parse(text);
                if (dump is null)
                {
                    dump = line is HeapLine { Version: HeapLine.CurrentVersion } heap
                        ? new HeapDump(heap)
                        : throw new JsonException($"a dump starts with its heap, of version {HeapLine.CurrentVersion}");
                }
                else
                {
                    ended = !ended ? dump.Add(line) : throw new JsonException("it comes after the end");
                }
            }

            number++;
            return ended ? dump!.RequireWhole() : throw new JsonException("the end is missing");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"'{path}' cannot be read: {failure.Message}", failure);
        }
        catch (JsonException failure)
        {
            throw new InputException($"'{path}' is no heap dump, or damaged: line {number}: {failure.Message}", failure);
        }
    }

    /// <summary>The number of the object at an address, which is in the dump.</summary>
    public int NumberOf(long address) => _numbers[address];

    /// <summary>How large an object is.</summary>
    public long BytesOf(ObjectLine item) => _spans[item.Span].ElementBytes;

    /// <summary>Takes a line that is not the first.</summary>
    /// <returns>Whether it is the last.</returns>
    private bool Add(HeapDumpLine line)
    {
        switch (line)
        {
            case SpanLine span when span.ElementBytes > 0 && _spans.TryAdd(span.Number, span):
                break;
            case GoroutineLine:
                Goroutines++;
                break;
            case RootLine root:
                _roots.Add(root);
                break;
            case FinalizerLine:
                Finalizers++;
                break;
            case ObjectLine item when _spans.ContainsKey(item.Span) && _numbers.TryAdd(item.Address, _objects.Count):
                _objects.Add(item);
                break;
            case EndLine end when end.Objects == _objects.Count:
                return true;
            default:
                throw new JsonException("it makes no sense here");
        }

        return false;
    }

    private HeapDump RequireWhole()
    {
        IEnumerable<long> targets = _roots.Select(root => root.To).Concat(_objects.SelectMany(item => item.To));
        foreach (long target in targets)
        {
            if (!_numbers.ContainsKey(target))
            {
                throw new JsonException($"there is no object at {target}, to which something leads");
            }
        }

        return this;
    }
}

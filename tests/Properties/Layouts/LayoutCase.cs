using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Testbed.Collector;
using Testbed.Properties.Generation;

namespace Testbed.Properties.Layouts;

/// <summary>A type with parts of every kind, a frame of every kind, and how the world collects.</summary>
/// <param name="Fields">The parts of the type.</param>
/// <param name="Words">The words of the type.</param>
/// <param name="Elements">How many elements the array of the type, or its buffer, has.</param>
/// <param name="Frame">The frame.</param>
/// <param name="StackScan">How stacks are scanned.</param>
/// <param name="RootStrategy">How roots are found.</param>
/// <param name="Workers">How many workers collect at most.</param>
/// <param name="FillSeed">What decides about interface values and empty slices.</param>
internal sealed record LayoutCase(
    IReadOnlyList<TypeField> Fields,
    int Words,
    int Elements,
    FrameShape Frame,
    StackScan StackScan,
    RootStrategy RootStrategy,
    int Workers,
    ulong FillSeed)
{
    private const int WordBytes = 8;
    private const int MaxDepth = 3;

    /// <summary>Generated cases; each shrinks by parts and slots that are left out.</summary>
    internal static Arbitrary<LayoutCase> All { get; } = Arb.From(
        Gen.Sized(size =>
            from high in Gen.Choose(0, int.MaxValue)
            from low in Gen.Choose(0, int.MaxValue)
            select Draw(new Randomness((ulong)high << 32 | (uint)low), size)),
        Shrink);

    /// <summary>The buffer at the end of the type, or null.</summary>
    internal TypeField.Buffer? Buffer => Fields is [.., TypeField.Buffer buffer] ? buffer : null;

    /// <summary>One part a line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Elements} x {Words} words, {StackScan}, {RootStrategy}, {Workers} workers, filled from {FillSeed}\n");
        Append(text, Fields, "  ");
        text.Append(
            CultureInfo.InvariantCulture,
            $"locals {Text(Frame.LocalMap)}{Frame.Locals}, arguments {Text(Frame.ArgumentMap)}{Frame.Arguments}, "
            + $"scratch {Frame.Scratch}\n");
        return text.ToString();
    }

    private static string Text(IReadOnlyList<SlotKind>? map) => map is null ? "" : $"[{string.Join(", ", map)}] ";

    private static void Append(StringBuilder text, IReadOnlyList<TypeField> fields, string indent)
    {
        foreach (TypeField field in fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}{field}\n");
            Append(text, PartsOf(field), indent + "  ");
        }
    }

    private static IReadOnlyList<TypeField> PartsOf(TypeField field) => field switch
    {
        TypeField.Array array => array.Element,
        TypeField.Region region => region.Fields,
        TypeField.Buffer buffer => buffer.Element,
        _ => [],
    };

    private static LayoutCase Draw(Randomness random, int size)
    {
        var fields = new List<TypeField>();
        bool hasBuffer = random.Below(4) == 0;

        // The first word of a type with a buffer is the buffer's capacity.
        int words = DrawFields(random, fields, hasBuffer ? 1 : 0, 1 + (size / 8), depth: 0);
        if (hasBuffer)
        {
            var element = new List<TypeField>();
            int elementWords = DrawFields(random, element, 0, 2, depth: 1);
            fields.Add(new TypeField.Buffer(0, words * WordBytes, elementWords * WordBytes, element));
        }

        IReadOnlyList<SlotKind>? locals = random.Below(3) == 0 ? null : DrawMap(random, 1 + (size / 8));
        IReadOnlyList<SlotKind>? arguments = random.Below(3) == 0 ? null : DrawMap(random, 1 + (size / 16));
        var frame = new FrameShape
        {
            LocalMap = locals,
            Locals = locals is null ? (int)random.Below(5) : 0,
            ArgumentMap = arguments,
            Arguments = arguments is null ? (int)random.Below(3) : 0,
            Scratch = (int)random.Below(3),
        };
        return new LayoutCase(
            fields,
            words,
            Elements: 1 + (int)random.Below(3),
            frame,
            random.Below(4) == 0 ? StackScan.Segments : StackScan.Frames,
            random.Below(3) == 0 ? RootStrategy.Collected : RootStrategy.Parallel,
            Workers: 1 + (int)random.Below(2),
            FillSeed: random.Below(1u << 31));
    }

    /// <summary>Draws parts one behind another, with gaps.</summary>
    /// <returns>Where the next would start, in words; at least 1.</returns>
    private static int DrawFields(Randomness random, List<TypeField> fields, int first, int most, int depth)
    {
        int at = first;
        for (int count = (int)random.Below((uint)most + 1); count > 0; count--)
        {
            at += random.Below(3) == 0 ? 1 : 0;
            int offset = at * WordBytes;
            var inner = new List<TypeField>();
            switch (random.Below(depth < MaxDepth ? 9u : 6u))
            {
                case 0:
                    fields.Add(new TypeField.Text(offset));
                    at += 2;
                    break;
                case 1:
                    fields.Add(new TypeField.Slice(offset));
                    at += 3;
                    break;
                case 2:
                    fields.Add(new TypeField.Eface(offset));
                    at += 2;
                    break;
                case 3:
                    fields.Add(new TypeField.Iface(offset));
                    at += 2;
                    break;
                case 6 or 7:
                    int words = DrawFields(random, inner, 0, 2, depth + 1);
                    int elements = 1 + (int)random.Below(3);
                    fields.Add(new TypeField.Array(offset, elements, words * WordBytes, inner));
                    at += elements * words;
                    break;
                case 8:
                    int region = DrawFields(random, inner, 0, 3, depth + 1);
                    fields.Add(new TypeField.Region(offset, region * WordBytes, inner));
                    at += region;
                    break;
                default:
                    fields.Add(new TypeField.Pointer(offset));
                    at++;
                    break;
            }
        }

        return Math.Max(1, at + (random.Below(3) == 0 ? 1 : 0));
    }

    private static List<SlotKind> DrawMap(Randomness random, int most)
    {
        var map = new List<SlotKind>();
        for (int count = (int)random.Below((uint)most + 1); count > 0; count--)
        {
            var kind = (SlotKind)random.Below(4);
            map.Add(kind);
            if (kind is SlotKind.Iface or SlotKind.Eface)
            {
                map.Add(SlotKind.NoPointer);
            }
        }

        return map;
    }

    private static IEnumerable<LayoutCase> Shrink(LayoutCase large)
    {
        for (int i = 0; i < large.Fields.Count; i++)
        {
            int at = i;
            yield return large with { Fields = [.. large.Fields.Where((_, other) => other != at)] };
        }

        IEnumerable<LayoutCase> simpler =
        [
            large with { Elements = 1 },
            large with { Frame = new FrameShape() },
            large with { Frame = large.Frame with { LocalMap = null } },
            large with { Frame = large.Frame with { ArgumentMap = null } },
            large with { StackScan = StackScan.Frames },
            large with { RootStrategy = RootStrategy.Parallel },
            large with { Workers = 1 },
        ];
        foreach (LayoutCase other in simpler.Where(other => other != large))
        {
            yield return other;
        }
    }
}

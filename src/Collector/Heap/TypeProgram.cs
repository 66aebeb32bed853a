namespace Testbed.Collector;

/// <summary>What a word of a type program tells the collector to do; operands follow. The seed's <c>GC_</c> instructions.</summary>
internal enum TypeInstruction
{
    /// <summary>The type, or a region, has no more parts.</summary>
    End,

    /// <summary>Offset. Consider the word there.</summary>
    Pointer,

    /// <summary>Offset. Mark what the word there leads to, and do not scan it.</summary>
    Text,

    /// <summary>Offset. Consider the word there if the second after it is not 0.</summary>
    Slice,

    /// <summary>Offset. Consider the second word of an interface value without methods.</summary>
    Eface,

    /// <summary>Offset. Consider the second word of an interface value with methods.</summary>
    Iface,

    /// <summary>Offset, count, words an element. Do what follows, up to <see cref="Next"/>, for each element.</summary>
    Array,

    /// <summary>Go on with the next element, or behind the loop after the last.</summary>
    Next,

    /// <summary>Offset. Do what follows, up to <see cref="End"/>, from there.</summary>
    Region,

    /// <summary>
    /// Offset, offset of the count, words an element, words of what follows up to and with <see cref="Next"/>. As
    /// <see cref="Array"/>, for as many elements as the object says, and at most as have room.
    /// </summary>
    Buffer,
}

/// <summary>
/// Makes a type program: one word an instruction or operand, offsets in words. A type of pointers alone has a bit map
/// instead, which the mark loop reads faster.
/// </summary>
internal sealed class TypeProgram
{
    /// <summary>How deep arrays and regions nest at most. The seed's 8.</summary>
    internal const int MaxDepth = 8;

    private const int WordBytes = 8;

    private readonly string _name;
    private readonly List<nint> _words = [];

    private TypeProgram(string name) => _name = name;

    /// <summary>Whether any part of the type may hold a pointer.</summary>
    internal bool HasPointers { get; private set; }

    /// <summary>The words of the program.</summary>
    internal IReadOnlyList<nint> Words => _words;

    /// <summary>The program of a type.</summary>
    /// <exception cref="ArgumentException">The type makes no sense; the message says why.</exception>
    internal static TypeProgram Compile(TypeShape shape)
    {
        var program = new TypeProgram(shape.Name);
        foreach (int offset in shape.PointerOffsets)
        {
            program.Add(new TypeField.Pointer(offset), shape.Size, depth: 0, mayEndInBuffer: false);
        }

        for (int i = 0; i < shape.Fields.Count; i++)
        {
            program.Add(shape.Fields[i], shape.Size, depth: 0, mayEndInBuffer: i + 1 == shape.Fields.Count);
        }

        program.Emit(TypeInstruction.End);
        return program;
    }

    /// <summary>Adds a part of something of so many bytes.</summary>
    private void Add(TypeField field, int size, int depth, bool mayEndInBuffer)
    {
        Require(depth <= MaxDepth, $"nests deeper than {MaxDepth}");
        switch (field)
        {
            case TypeField.Pointer:
                AddWords(TypeInstruction.Pointer, field, 1, size);
                break;
            case TypeField.Text:
                AddWords(TypeInstruction.Text, field, 2, size);
                break;
            case TypeField.Slice:
                AddWords(TypeInstruction.Slice, field, 3, size);
                break;
            case TypeField.Eface:
                AddWords(TypeInstruction.Eface, field, 2, size);
                break;
            case TypeField.Iface:
                AddWords(TypeInstruction.Iface, field, 2, size);
                break;
            case TypeField.Array array:
                Require(array.Count > 0 && IsSize(array.ElementSize), $"has {array.Count} elements of {array.ElementSize} bytes");
                RequireInside(array, (long)array.Count * array.ElementSize, size);
                Emit(TypeInstruction.Array, array.Offset / WordBytes, array.Count, array.ElementSize / WordBytes);
                AddAll(array.Element, array.ElementSize, depth + 1);
                Emit(TypeInstruction.Next);
                break;
            case TypeField.Region region:
                Require(IsSize(region.Size), $"has a region of {region.Size} bytes");
                RequireInside(region, region.Size, size);
                Emit(TypeInstruction.Region, region.Offset / WordBytes);
                AddAll(region.Fields, region.Size, depth + 1);
                Emit(TypeInstruction.End);
                break;
            case TypeField.Buffer buffer:
                Require(mayEndInBuffer && buffer.Offset == size, "has a buffer that is not at its end");
                Require(IsSize(buffer.ElementSize), $"has a buffer of elements of {buffer.ElementSize} bytes");
                RequireInside(new TypeField.Pointer(buffer.CapacityOffset), WordBytes, size);
                AddBuffer(buffer, depth);
                break;
            default:
                throw new ArgumentException($"type '{_name}' has a part of no kind that there is: {field}");
        }
    }

    private void AddBuffer(TypeField.Buffer buffer, int depth)
    {
        Emit(
            TypeInstruction.Buffer,
            buffer.Offset / WordBytes,
            buffer.CapacityOffset / WordBytes,
            buffer.ElementSize / WordBytes,
            0);
        int loop = _words.Count;
        AddAll(buffer.Element, buffer.ElementSize, depth + 1);
        Emit(TypeInstruction.Next);
        _words[loop - 1] = _words.Count - loop;
    }

    private void AddAll(IReadOnlyList<TypeField> fields, int size, int depth)
    {
        foreach (TypeField field in fields)
        {
            Add(field, size, depth, mayEndInBuffer: false);
        }
    }

    private void AddWords(TypeInstruction instruction, TypeField field, int words, int size)
    {
        RequireInside(field, words * WordBytes, size);
        HasPointers = true;
        Emit(instruction, field.Offset / WordBytes);
    }

    private void Emit(TypeInstruction instruction, params int[] operands)
    {
        _words.Add((nint)instruction);
        foreach (int operand in operands)
        {
            _words.Add(operand);
        }
    }

    private static bool IsSize(int bytes) => bytes > 0 && bytes % WordBytes == 0;

    private void RequireInside(TypeField field, long bytes, int size)
        => Require(
            field.Offset >= 0 && field.Offset % WordBytes == 0 && field.Offset + bytes <= size,
            $"has {bytes} bytes at {field.Offset} in {size}; parts lie at multiples of {WordBytes}, inside");

    private void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException($"type '{_name}' {message}");
        }
    }
}

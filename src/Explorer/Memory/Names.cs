using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Testbed.Explorer;

/// <summary>Names of locations and values, the same in every run and on every machine.</summary>
/// <param name="region">The memory that they are in.</param>
internal sealed unsafe partial class Names(Region region)
{
    /// <summary>The low bits that a tagged pointer may leave to its tag when the address is in the high ones.</summary>
    private const int TagBits = 16;

    /// <summary>
    /// A native number between these is taken for an address outside the region, which differs from run to run.
    /// </summary>
    private const ulong LeastAddress = 1UL << 32;

    /// <summary>The end of what a program of the machine can address.</summary>
    private const ulong GreatestAddress = (1UL << 47) - 1;

    /// <summary>The name of a location: <c>world.gcWaiting</c>, <c>spans[3].State</c>.</summary>
    /// <param name="number">The allocation's number; 0 for none.</param>
    /// <param name="offset">In bytes from its start.</param>
    internal string Location(int number, long offset) => Describe(number, offset).Name;

    /// <summary>As the other, by address.</summary>
    internal string Location(void* address)
    {
        int number = region.Find(address);
        return Location(number, number == 0 ? 0 : (byte*)address - region[number].Start);
    }

    /// <summary>A value as its location's type reads.</summary>
    /// <param name="number">The allocation's number; 0 for none.</param>
    /// <param name="offset">In bytes from its start.</param>
    /// <param name="size">How many bytes the value has.</param>
    /// <param name="bits">The value, its upper bits zero.</param>
    internal string Value(int number, long offset, int size, ulong bits)
    {
        Type type = Describe(number, offset).Type;
        if (size == sizeof(ulong) && Pointer(bits) is { } pointer)
        {
            return pointer;
        }

        if (type.IsPointer || type.IsFunctionPointer)
        {
            return bits == 0 ? "null" : Hex(bits);
        }

        if (RuntimeHelpers.SizeOf(type.TypeHandle) != size)
        {
            return size == sizeof(int) ? Number(typeof(int), bits) : Number(typeof(ulong), bits);
        }

        if (type == typeof(nint) && bits is >= LeastAddress and <= GreatestAddress)
        {
            return "elsewhere";
        }

        if (type.IsEnum)
        {
            string? name = Enum.GetName(type, Enum.ToObject(type, (long)bits));
            return name ?? Number(Enum.GetUnderlyingType(type), bits);
        }

        return Number(type, bits);
    }

    /// <summary>
    /// A text of the code under test with the places for the addresses that it tells: those differ from process to
    /// process.
    /// </summary>
    /// <param name="text">The text; its addresses are hexadecimal, after <c>0x</c>.</param>
    internal string WithoutAddresses(string text) => Address().Replace(text, match =>
    {
        void* address = (void*)ulong.Parse(
            match.Groups[1].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        int number = region.Find(address);
        return number == 0 ? match.Value : Place(number, address);
    });

    /// <summary>The name of the place that an address is: of an element rather than of its first field.</summary>
    /// <param name="number">The allocation's number; 0 for none.</param>
    /// <param name="address">The address, in the allocation.</param>
    internal string Place(int number, void* address)
    {
        if (number == 0)
        {
            return Location(0, 0);
        }

        ref Allocation allocation = ref region[number];
        long offset = (byte*)address - allocation.Start;
        int bytes = TypeLayout.Of(allocation.Element).Bytes;
        if (offset % bytes != 0)
        {
            return Location(number, offset);
        }

        return allocation.Count == 1 && offset == 0
            ? Block(number)
            : string.Create(CultureInfo.InvariantCulture, $"{Block(number)}[{offset / bytes}]");
    }

    /// <summary>The name of a block: the second one that is called so is <c>name#2</c>.</summary>
    /// <param name="number">The allocation's number.</param>
    internal string Block(int number)
    {
        string name = region[number].Name;
        int ordinal = 1;
        for (int other = 1; other < number; other++)
        {
            if (region[other].Name == name)
            {
                ordinal++;
            }
        }

        return ordinal == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}#{ordinal}");
    }

    [GeneratedRegex(@"\b0x([0-9a-fA-F]{1,16})\b")]
    private static partial Regex Address();

    private (string Name, Type Type) Describe(int number, long offset)
    {
        if (number == 0)
        {
            return ("?", typeof(ulong));
        }

        ref Allocation allocation = ref region[number];
        TypeLayout layout = TypeLayout.Of(allocation.Element);
        (string path, Type type) = layout.At(offset % layout.Bytes);
        string index = allocation.Count == 1
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"[{offset / layout.Bytes}]");
        return (Block(number) + index + path, type);
    }

    /// <summary>The name of what a value points to, or null. A tag may stand in its low bits.</summary>
    private string? Pointer(ulong bits)
    {
        int number = region.Find((void*)bits);
        if (number != 0)
        {
            return "&" + Place(number, (void*)bits);
        }

        ulong address = bits >> TagBits;
        number = region.Find((void*)address);
        if (number == 0)
        {
            return null;
        }

        string name = Place(number, (void*)address);
        return string.Create(CultureInfo.InvariantCulture, $"&{name} tag {bits & ((1UL << TagBits) - 1)}");
    }

    private static string Number(Type type, ulong bits)
        => Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => bits != 0 ? "true" : "false",
            TypeCode.SByte => Text((sbyte)bits),
            TypeCode.Int16 => Text((short)bits),
            TypeCode.Int32 => Text((int)bits),
            TypeCode.Int64 => Text((long)bits),
            TypeCode.Single => BitConverter.UInt32BitsToSingle((uint)bits).ToString(CultureInfo.InvariantCulture),
            TypeCode.Double => BitConverter.UInt64BitsToDouble(bits).ToString(CultureInfo.InvariantCulture),
            _ when type == typeof(nint) => Text((long)bits),
            _ => bits <= uint.MaxValue ? bits.ToString(CultureInfo.InvariantCulture) : Hex(bits),
        };

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Hex(ulong bits) => "0x" + bits.ToString("x", CultureInfo.InvariantCulture);
}

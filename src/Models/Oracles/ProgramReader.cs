using Testbed.Collector;
using Testbed.Sync;

namespace Testbed.Models.Oracles;

/// <summary>Reads the pointers of an object whose type has a program: recursively, where the collector loops.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal static unsafe class ProgramReader<TSync>
    where TSync : struct, ISync
{
    /// <summary>Visits the pointers of an object.</summary>
    /// <param name="words">The object.</param>
    /// <param name="count">How many words it has.</param>
    /// <param name="type">Its type, which has a program.</param>
    /// <param name="visit">Is given each, null included.</param>
    internal static void Visit(nint* words, nint count, TypeInfo* type, Action<nint, bool> visit)
    {
        bool isWhole = TSync.Read(&type->BufferElementSize) != 0;
        nint step = isWhole ? count : TSync.Read(&type->Words);
        for (nint element = 0; element + step <= count; element += step)
        {
            Visit(TSync.Read(&type->Program), words + element, words + count, visit);
        }
    }

    /// <summary>Visits what a part of a program leads to, from some place.</summary>
    /// <returns>What follows the part.</returns>
    private static nint* Visit(nint* program, nint* at, nint* end, Action<nint, bool> visit)
    {
        while (true)
        {
            var instruction = (TypeInstruction)TSync.Read(program++);
            if (instruction is TypeInstruction.End or TypeInstruction.Next)
            {
                return program;
            }

            nint* word = at + TSync.Read(program++);
            switch (instruction)
            {
                case TypeInstruction.Region:
                    program = Visit(program, word, end, visit);
                    break;
                case TypeInstruction.Array:
                    program = VisitAll(program + 2, word, TSync.Read(program), TSync.Read(program + 1), end, visit);
                    break;
                case TypeInstruction.Buffer:
                    nint size = TSync.Read(program + 1);
                    nint count = Math.Min(TSync.Read(at + TSync.Read(program)), (nint)(end - word) / size);
                    VisitAll(program + 3, word, count, size, end, visit);
                    program += 3 + TSync.Read(program + 2);
                    break;
                default:
                    VisitWord(instruction, word, visit);
                    break;
            }
        }
    }

    private static nint* VisitAll(
        nint* program, nint* first, nint count, nint size, nint* end, Action<nint, bool> visit)
    {
        nint* next = program;
        for (nint i = 0; i < count; i++)
        {
            next = Visit(program, first + (i * size), end, visit);
        }

        return next;
    }

    private static void VisitWord(TypeInstruction instruction, nint* word, Action<nint, bool> visit)
    {
        nint first = TSync.Read(word);
        bool isInterface = instruction is TypeInstruction.Eface or TypeInstruction.Iface;
        bool isPointer = instruction switch
        {
            TypeInstruction.Slice => TSync.Read(word + 2) != 0,
            TypeInstruction.Eface or TypeInstruction.Iface
                => InterfaceReader<TSync>.HoldsPointer(first, instruction == TypeInstruction.Iface),
            _ => true,
        };
        if (isPointer)
        {
            visit(isInterface ? TSync.Read(word + 1) : first, true);
        }
    }
}

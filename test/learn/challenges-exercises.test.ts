import { holdExercises } from "./hold-exercises.js";
import * as answers from "./challenges-answers.js";

holdExercises("5.5", answers);
